#include "offhook/auth/gate.hpp"

#include <chrono>

#include "offhook/auth/claim.hpp"
#include "offhook/base/text.hpp"
#include "offhook/message/uri.hpp"
#include "offhook/transaction/layer.hpp"

namespace offhook::auth {

using message::HeaderId;
using message::Method;
using transaction::Request;
using transaction::RequestPtr;
using Trust = transaction::Sender::Trust;

namespace {

struct Party {
    const message::Uri* uri = nullptr;  ///< none: malformed
    std::string_view own_domain;  ///< as configured; empty: not ours
    bool tagged = false;
};

Party party_of(const std::expected<message::Party, message::ParseError>& read, const Config& config, const GateHooks& hooks) {
    Party party;
    if (!read) return party;
    const message::Uri* uri = &read->uri;
    party.tagged = !read->tag.empty();
    party.uri = uri;
    if (uri->is_sip()) party.own_domain = config.own_domain(uri->host);
    if (uri->is_sip() && party.own_domain.empty() && hooks.is_us && !config.domains.empty() && hooks.is_us(uri->host, uri->port))
        party.own_domain = config.domains.front();
    return party;
}

bool owns(const Identity& identity, const Party& party) {
    return party.uri && iequals(party.own_domain, identity.domain) && message::unescape(party.uri->user) == identity.user;
}

bool is_proxy(const Request& request) { return request.message.method() != Method::register_; }

}  // namespace

struct AuthenticationHandler::Parties {
    Party from, to;
};

AuthenticationHandler::AuthenticationHandler(std::shared_ptr<const Config> config, Authenticator& authenticator, transaction::Chain& chain,
                                             Observer& observer, const SipKey& key, std::uint16_t shard, std::uint16_t ticket_kind, GateHooks hooks)
    : config_(std::move(config)),
      authenticator_(authenticator),
      chain_(chain),
      observer_(observer),
      failures_(key),
      shard_(shard),
      ticket_kind_(ticket_kind),
      hooks_(std::move(hooks)) {}

AuthenticationHandler::Parties AuthenticationHandler::parties_of(const message::Message& message) const {
    return {party_of(message.from(), *config_, hooks_), party_of(message.to(), *config_, hooks_)};
}

AuthenticationHandler::Way AuthenticationHandler::judge(Request& request, const Parties& parties) const {
    const message::Message& message = request.message;
    if (config_->trusts(request.flow.remote.address)) request.sender.trust = Trust::trusted_network;
    if (message.method() == Method::ack || message.method() == Method::cancel) return Way::pass;  // neither can be challenged (§22.1)
    if (!parties.from.uri) return Way::refuse;
    if (message.method() == Method::register_) {
        // Also with a To tag, also for a third party: whatever would touch a binding of ours.
        const auto& target = message.uri();
        const bool ours = target && target->is_sip() && !config_->own_domain(target->host).empty();
        // §10.2, RFC 4475 §3.3.4: an address of record is a SIP or SIPS URI, whoever asks.
        if (ours && !(parties.to.uri && parties.to.uri->is_sip())) return Way::refuse;
        return ours || !parties.from.own_domain.empty() || !parties.to.own_domain.empty() ? Way::verify : Way::pass;
    }
    if (parties.to.tagged && (!hooks_.in_dialog || hooks_.in_dialog(message))) return Way::pass;
    if (parties.from.own_domain.empty() || request.sender.trust == Trust::trusted_network) return Way::pass;
    if (hooks_.is_spiral && hooks_.is_spiral(message)) return Way::pass;
    return Way::verify;
}

RequestPtr AuthenticationHandler::handle(RequestPtr request, Now now) {
    const Parties parties = parties_of(request->message);
    switch (judge(*request, parties)) {
        case Way::pass:
            return request;
        case Way::refuse:
            reject(*request, 400, Cause::malformed, 0, now);
            return nullptr;
        case Way::verify:
            break;
    }
    const std::string_view realm = config_->effective_realm();
    const bool proxy = is_proxy(*request);
    const bool credentials = authenticator_.has_credentials(request->message, realm, proxy);
    if (!credentials && !authenticator_.challenges_late()) {
        challenge(*request, false, Cause::not_authenticated, now);
        return nullptr;
    }
    std::optional<std::uint64_t> attempt;
    if (credentials && config_->max_failures != 0) {
        const std::string_view user = claimed_user(request->message, realm, proxy);
        if (held_back(*request, user, now)) return nullptr;
        if (authenticator_.judges_late()) attempt = failures_.begin(user, request->flow.remote.address);
    }
    Request& waiting = *request;  // stays where it is when the slab takes its pointer
    const Handle handle = suspended_.emplace(Suspended{std::move(request), attempt});
    const std::optional<Verdict> verdict = authenticator_.verify(waiting.message, realm, proxy, {shard_, ticket_kind_, handle}, now);
    if (!verdict) return nullptr;
    return conclude(take(handle), *verdict, now);
}

// True if it has been answered: the pair failed too often, or might have when the attempts under way are judged.
bool AuthenticationHandler::held_back(Request& request, std::string_view user, Now now) {
    const IpAddress& source = request.flow.remote.address;
    if (const Duration pause = failures_.pause(user, source, *config_, now.steady); pause > Duration{}) {
        const auto seconds = std::chrono::ceil<std::chrono::seconds>(pause).count();
        reject(request, 403, Cause::paused, static_cast<std::uint64_t>(seconds), now);
        return true;
    }
    if (!failures_.full(user, source, *config_, now.steady)) return false;
    reject(request, 503, Cause::queue_full, config_->retry_after, now);
    return true;
}

// A request that was suspended.
RequestPtr AuthenticationHandler::take(Handle handle) {
    Suspended suspended = std::move(*suspended_.find(handle));
    suspended_.erase(handle);
    if (suspended.attempt) failures_.end(*suspended.attempt);
    return std::move(suspended.request);
}

void AuthenticationHandler::on_verdict(Ticket ticket, const Verdict& verdict, Now now) {
    if (suspended_.find(ticket.handle) == nullptr) return;  // cancelled meanwhile
    RequestPtr request = take(ticket.handle);
    if (request->layer == nullptr) return;  // answered by another
    request = conclude(std::move(request), verdict, now);
    if (request) chain_.resume(std::move(request), now);
}

void AuthenticationHandler::verify_by(Authenticator& other, Ticket ticket, Now now) {
    const Suspended* slot = suspended_.find(ticket.handle);
    if (slot == nullptr) return;  // cancelled meanwhile
    const Request& request = *slot->request;
    const auto verdict = other.verify(request.message, config_->effective_realm(), is_proxy(request), ticket, now);
    if (verdict) on_verdict(ticket, *verdict, now);
}

bool AuthenticationHandler::on_cancel(transaction::ServerId invite, Now now) {
    Handle found;
    suspended_.for_each([&](Handle handle, const Suspended& suspended) {
        if (suspended.request->transaction == invite) found = handle;
    });
    if (!found) return false;
    const RequestPtr request = take(found);
    request->layer->respond(*request, 487, now);
    return true;
}

RequestPtr AuthenticationHandler::conclude(RequestPtr request, const Verdict& verdict, Now now) {
    if (std::holds_alternative<Unavailable>(verdict)) {
        reject(*request, 503, Cause::authentication_unavailable, config_->retry_after, now);
        return nullptr;
    }
    if (std::holds_alternative<Stale>(verdict)) {
        challenge(*request, true, Cause::not_authenticated, now);
        return nullptr;
    }
    const std::string_view realm = config_->effective_realm();
    if (const auto* challenged = std::get_if<Challenged>(&verdict)) {
        if (challenged->wrong)
            failures_.failed(claimed_user(request->message, realm, is_proxy(*request)), request->flow.remote.address, *config_, now.steady);
        challenge_with(*request, challenged->headers, challenged->wrong ? Cause::wrong_credentials : Cause::not_authenticated, now);
        return nullptr;
    }
    if (std::holds_alternative<Refused>(verdict)) {
        failures_.failed(claimed_user(request->message, realm, is_proxy(*request)), request->flow.remote.address, *config_, now.steady);
        challenge(*request, false, Cause::wrong_credentials, now);
        return nullptr;
    }
    if (config_->max_failures != 0) failures_.succeeded(claimed_user(request->message, realm, is_proxy(*request)), request->flow.remote.address);
    return admit(std::move(request), std::get<Identity>(verdict), now);
}

RequestPtr AuthenticationHandler::admit(RequestPtr request, const Identity& identity, Now now) {
    const auto [from, to] = parties_of(request->message);
    bool owner = owns(identity, from);
    if (!is_proxy(*request)) {
        // §10.3 step 4: bindings are changed by the user they belong to. A foreign From is another party's, registering with that
        // user's credentials (third-party registration); another own user's From is not to be borrowed.
        owner = owns(identity, to) && (owner || from.own_domain.empty());
    }
    if (!owner) {
        reject(*request, 403, Cause::forbidden, 0, now);
        return nullptr;
    }
    request->sender = {Trust::authenticated, identity.user, identity.domain};
    return request;
}

void AuthenticationHandler::challenge(Request& request, bool stale, Cause cause, Now now) {
    headers_.clear();
    authenticator_.append_challenges(headers_, config_->effective_realm(), is_proxy(request), stale, now);
    challenge_with(request, headers_, cause, now);
}

void AuthenticationHandler::challenge_with(Request& request, std::string_view headers, Cause cause, Now now) {
    const int status = is_proxy(request) ? 407 : 401;
    request.layer->respond(request, status, now, {}, headers);
    observer_.rejected(cause, status, request.message.value(HeaderId::call_id), request.flow.remote, now);
}

void AuthenticationHandler::reject(Request& request, int status, Cause cause, std::uint64_t retry_after, Now now) {
    headers_.clear();
    if (retry_after != 0) {
        headers_ = "Retry-After: ";
        append_number(headers_, retry_after);
        headers_ += "\r\n";
    }
    request.layer->respond(request, status, now, {}, headers_);
    observer_.rejected(cause, status, request.message.value(HeaderId::call_id), request.flow.remote, now);
}

}  // namespace offhook::auth
