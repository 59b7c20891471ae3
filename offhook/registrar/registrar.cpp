#include "offhook/registrar/registrar.hpp"

#include "offhook/base/text.hpp"
#include "offhook/transaction/layer.hpp"

namespace offhook::registrar {

using location::BindingSet;
using location::BindingSnapshot;
using message::HeaderId;
using transaction::Request;
using transaction::RequestPtr;
using Trust = transaction::Sender::Trust;

namespace {

Cause cause_of(int status) {
    switch (status) {
        case 403:
            return Cause::forbidden;
        case 404:
            return Cause::no_user;
        case 420:
            return Cause::unsupported_extension;
        case 500:
        case 503:
            return Cause::store_unhealthy;
        default:
            return Cause::malformed;
    }
}

}  // namespace

Registrar::Registrar(std::shared_ptr<const Config> config, location::BindingStore& store, const auth::UserDirectory& users,
                     const transport::ListenerTable* listeners, Observer& observer, std::uint16_t shard, std::uint16_t ticket_kind)
    : config_(std::move(config)),
      store_(store),
      users_(users),
      listeners_(listeners),
      observer_(observer),
      shard_(shard),
      ticket_kind_(ticket_kind) {}

bool Registrar::is_ours(const message::Uri& uri) const {
    if (!uri.is_sip()) return false;
    return config_->own_domain(uri.host) || (listeners_ != nullptr && listeners_->is_us(uri.host, uri.port));
}

/// Steps 4 and 5: the canonical address of record, if it is one of ours and the sender may change it.
std::expected<std::string, Refusal> Registrar::authorised_address(const Request& request) const {
    const auto& to = request.message.to();
    if (!to) return std::unexpected(Refusal{400, "Bad To", {}});
    const message::Uri* uri = &to->uri;
    if (!uri->is_sip()) return std::unexpected(Refusal{400, "Bad To", {}});  // §10.2, RFC 4475 §3.3.4: no address of record
    // Every own domain is valid for every Request-URI that names this server: phones put its address or another of its names there.
    if (uri->user.empty() || !config_->own_domain(uri->host)) return std::unexpected(Refusal{404, {}, {}});
    const std::string user = message::unescape(uri->user);
    switch (request.sender.trust) {
        case Trust::authenticated:
            if (user != request.sender.user || !iequals(uri->host, request.sender.domain)) return std::unexpected(Refusal{403, {}, {}});
            break;
        case Trust::trusted_network:
            if (!users_.find(lower(uri->host), user)) return std::unexpected(Refusal{404, {}, {}});
            break;
        case Trust::unknown:
            return std::unexpected(Refusal{403, {}, {}});
    }
    return message::address_of_record(*uri);
}

RequestPtr Registrar::handle(RequestPtr request, Now now) {
    if (request->message.method() != message::Method::register_) return request;
    const auto& target = request->message.uri();
    if (!target || !is_ours(*target)) return request;  // step 1: another domain's, the proxy's to forward
    if (!store_.loaded()) {
        refuse(*request, unavailable(), now);
        return nullptr;
    }
    const auto address_of_record = authorised_address(*request);
    if (!address_of_record) {
        refuse(*request, address_of_record.error(), now);
        return nullptr;
    }
    if (const auto busy = addresses_.find(*address_of_record); busy != addresses_.end()) {
        if (busy->second.size() >= config_->max_waiting)
            refuse(*request, unavailable(), now);
        else
            busy->second.push_back(std::move(request));
        return nullptr;
    }
    if (start(std::move(request), *address_of_record, now)) addresses_.try_emplace(*address_of_record);
    return nullptr;
}

/// Judges one request against what is committed. True if a commit is now under way, false if it was answered.
bool Registrar::start(RequestPtr request, const std::string& address_of_record, Now now) {
    const BindingSnapshot current = store_.find(address_of_record);
    const auto update = read_update(request->message, *config_);
    if (!update) {
        refuse(*request, update.error(), now);
        return false;
    }
    if (update->is_query()) {
        answer(*request, current.get(), now);
        return false;
    }
    auto next = apply(current.get(), *update, address_of_record, request->flow, now.utc, *config_);
    if (!next) {
        refuse(*request, next.error(), now);
        return false;
    }
    if ((*next)->bindings.empty() && (!current || current->bindings.empty())) {  // nothing was there to remove
        answer(*request, nullptr, now);
        return false;
    }
    const Handle handle = commits_.emplace(Commit{std::move(request), address_of_record});
    store_.commit(std::move(*next), {shard_, ticket_kind_, handle});
    return true;
}

void Registrar::on_committed(Ticket ticket, bool ok, Now now) {
    Commit* slot = commits_.find(ticket.handle);
    if (slot == nullptr) return;
    const Commit done = std::move(*slot);
    commits_.erase(ticket.handle);
    if (ok)
        answer(*done.request, store_.find(done.address_of_record).get(), now);
    else
        refuse(*done.request, {500, "Registration Was Not Stored", {}}, now);

    const auto entry = addresses_.find(done.address_of_record);
    if (entry == addresses_.end()) return;
    while (!entry->second.empty()) {
        RequestPtr next = std::move(entry->second.front());
        entry->second.pop_front();
        if (start(std::move(next), done.address_of_record, now)) return;
    }
    addresses_.erase(entry);
}

void Registrar::answer(Request& request, const BindingSet* set, Now now) {
    headers_.clear();
    append_ok_headers(headers_, set, request.message, now.utc);
    request.layer->respond(request, 200, now, {}, headers_);
}

void Registrar::refuse(Request& request, const Refusal& refusal, Now now) {
    request.layer->respond(request, refusal.status, now, refusal.reason, refusal.headers);
    observer_.rejected(cause_of(refusal.status), refusal.status, request.message.value(HeaderId::call_id), request.flow.remote, now);
}

Refusal Registrar::unavailable() const {
    Refusal result{503, {}, "Retry-After: "};
    append_number(result.headers, config_->retry_after);
    result.headers += "\r\n";
    return result;
}

}  // namespace offhook::registrar
