#include "offhook/transaction/client_table.hpp"

#include <cassert>

#include "offhook/base/text.hpp"
#include "offhook/message/builder.hpp"
#include "offhook/message/via.hpp"

namespace offhook::transaction {

using message::HeaderId;
using message::Method;

namespace {

constexpr std::size_t number_size = 16;
constexpr message::Limits own_limits{.size = 1u << 20, .headers = message::Message::capacity, .request_uri = 1u << 16};

std::uint64_t number_of(Handle h) { return std::uint64_t{h.slot} << 32 | h.generation; }

std::optional<Handle> handle_in(std::string_view branch) {
    constexpr std::size_t cookie = message::Via::cookie.size();
    if (branch.size() < cookie + 2 * number_size || !branch.starts_with(message::Via::cookie)) return std::nullopt;
    std::uint64_t number = 0;
    for (const char c : branch.substr(cookie, number_size)) {
        const int digit = hex_value(c);
        if (digit < 0) return std::nullopt;
        number = number << 4 | static_cast<unsigned>(digit);
    }
    return Handle{static_cast<std::uint32_t>(number >> 32), static_cast<std::uint32_t>(number)};
}

bool resends(TimerName name) { return name == TimerName::a || name == TimerName::e; }

}  // namespace

void ClientTable::Live::on_resend(Timer& timer, Now now) {
    Client& c = *static_cast<Live&>(timer).client;
    c.owner->on_timer(c, c.method == Method::invite ? TimerName::a : TimerName::e, now);
}

void ClientTable::Client::on_end(Timer& timer, Now now) {
    auto& c = static_cast<Client&>(timer);
    c.owner->on_timer(c, c.armed_for, now);
}

bool ClientTable::has_final(const Client& c) {
    if (const auto* m = std::get_if<InviteClient>(&c.machine)) return m->has_final();
    if (const auto* m = std::get_if<NonInviteClient>(&c.machine)) return m->has_final();
    return false;
}

bool ClientTable::terminated(const Client& c) {
    if (const auto* m = std::get_if<InviteClient>(&c.machine)) return m->state() == InviteClient::State::terminated;
    if (const auto* m = std::get_if<NonInviteClient>(&c.machine)) return m->state() == NonInviteClient::State::terminated;
    return false;
}

ClientId ClientTable::open(ClientUser& user, Handle cookie) { return {clients_.emplace(*this, &user, cookie)}; }

// Slot and generation find the transaction; the keyed hash of both makes the branch one that nobody guesses and that an earlier start
// of the process, whose salt was another, never used (§8.1.1.7: unique over space and time).
void ClientTable::append_branch(std::string& out, ClientId id, std::string_view suffix) const {
    const std::uint64_t number = number_of(id.handle);
    out += message::Via::cookie;
    append_hex(out, number);
    append_hex(out, SipHash(services_.salt).add(number).finish());
    out += suffix;
}

void ClientTable::start(ClientId id, Method method, std::string_view bytes, const transport::Flow& to, Now now) {
    Client* c = clients_.find(id.handle);
    if (c == nullptr || !std::holds_alternative<std::monostate>(c->machine)) return;
    std::string& prefix = services_.scratch;
    prefix.clear();
    append_branch(prefix, id, {});
    const auto at = bytes.find(prefix);
    assert(at != bytes.npos && "the top Via of a started request bears its transaction's branch");
    const std::string_view branch = at == bytes.npos ? std::string_view{} : bytes.substr(at, bytes.find_first_of(";, \t\r\n", at) - at);
    c->branch = siphash(services_.salt, branch);
    std::string copy = services_.requests.take();
    copy = bytes;
    begin(*c, method, std::move(copy), to, now);
}

void ClientTable::begin(Client& c, Method method, std::string&& bytes, const transport::Flow& to, Now now) {
    if (spare_.empty()) {
        c.live = std::make_unique<Live>();
    } else {
        c.live = std::move(spare_.back());
        spare_.pop_back();
    }
    c.method = method;
    c.live->client = &c;
    c.live->bytes = std::move(bytes);
    c.live->to = to;
    const bool reliable = transport::is_reliable(to.protocol);
    services_.sender.send(to, c.live->bytes, {transport::SendTag::Kind::client_transaction, handle_of(c)});
    if (method == Method::invite) perform(c, c.machine.emplace<InviteClient>(reliable).start(services_.timers), now, {});
    else perform(c, c.machine.emplace<NonInviteClient>(reliable).start(services_.timers), now, {});
}

void ClientTable::cancel(ClientId id, std::string_view reason, Now now) {
    Client* c = clients_.find(id.handle);
    if (c == nullptr) return;
    auto* machine = std::get_if<InviteClient>(&c->machine);
    if (machine == nullptr || machine->has_final()) return;  // §9.1: only an INVITE is cancelled, and only unanswered
    if (c->live->reason.empty()) c->live->reason = reason;
    perform(*c, machine->on_cancel(services_.timers), now, {});
}

void ClientTable::abandon(ClientId id) {
    Client* c = clients_.find(id.handle);
    if (c == nullptr) return;
    if (std::holds_alternative<std::monostate>(c->machine)) return clients_.erase(id.handle);
    c->user = nullptr;
    cancel(id, {}, services_.latest());
}

// §17.1.3: the branch of the top Via and the method in CSeq. A CANCEL has its INVITE's branch.
ClientTable::Client* ClientTable::find(const message::Message& response) {
    const auto& via = response.top_via();
    if (!via) return nullptr;
    const auto handle = handle_in(via->branch);
    Client* c = handle ? clients_.find(*handle) : nullptr;
    if (c == nullptr || std::holds_alternative<std::monostate>(c->machine) || c->branch != siphash(services_.salt, via->branch)) return nullptr;
    if (c->method == response.method()) return c;
    return c->method == Method::invite && response.method() == Method::cancel && c->live ? clients_.find(c->live->cancel_id) : nullptr;
}

void ClientTable::receive(const message::Message& response, const transport::Flow& from, Now now) {
    Client* c = find(response);
    if (c == nullptr) {
        // RFC 6026 §7.3: a stray response is not forwarded.
        services_.observer.rejected(Cause::unmatched_response, response.status(), response.value(HeaderId::call_id), from.remote, now);
        return;
    }
    const Event event{&response, &from, has_final(*c)};
    if (auto* m = std::get_if<InviteClient>(&c->machine)) perform(*c, m->on_response(services_.timers, response.status()), now, event);
    else perform(*c, std::get<NonInviteClient>(c->machine).on_response(services_.timers, response.status()), now, event);
}

void ClientTable::on_send_failure(Handle handle, Now now) {
    Client* c = clients_.find(handle);
    if (c == nullptr || std::holds_alternative<std::monostate>(c->machine)) return;
    const Event event{nullptr, nullptr, has_final(*c)};
    if (auto* m = std::get_if<InviteClient>(&c->machine)) perform(*c, m->on_transport_error(), now, event);
    else perform(*c, std::get<NonInviteClient>(c->machine).on_transport_error(), now, event);
}

void ClientTable::on_timer(Client& c, TimerName name, Now now) {
    services_.last = now;
    const Event event{nullptr, nullptr, has_final(c)};
    if (auto* m = std::get_if<InviteClient>(&c.machine)) perform(c, m->on_timer(services_.timers, name), now, event);
    else perform(c, std::get<NonInviteClient>(c.machine).on_timer(services_.timers, name), now, event);
}

void ClientTable::perform(Client& c, const Actions& actions, Now now, const Event& event) {
    using Kind = Action::Kind;
    bool up = false;
    std::optional<ClientUser::Failure> failure;
    for (const Action& action : actions) {
        switch (action.kind) {
            case Kind::arm: arm(c, action, now); break;
            case Kind::cancel: cancel_timer(c, action.timer); break;
            case Kind::resend_request:
                services_.sender.send(c.live->to, c.live->bytes, {transport::SendTag::Kind::client_transaction, handle_of(c)});
                break;
            case Kind::send_ack: send_ack(c, *event.response); break;
            case Kind::send_cancel: send_cancel(c, now); break;
            case Kind::forget: forget(c); break;
            case Kind::pass_response_up: up = true; break;
            case Kind::report_timeout: failure = ClientUser::Failure::timeout; break;
            case Kind::report_transport_error: failure = ClientUser::Failure::transport_error; break;
            default: break;
        }
    }
    const ClientId id{handle_of(c)};
    ClientUser* user = c.user;
    const Handle cookie = c.cookie;
    const bool ended = terminated(c);
    if (ended) end(c);
    // From here on the table is consistent and c may be gone.
    if (user == nullptr) return;
    if (up) user->on_response(id, cookie, *event.response, *event.from, now);
    else if (failure && !event.had_final) user->on_failure(id, cookie, *failure, now);
    else if (ended) user->on_terminated(id, cookie, now);
}

void ClientTable::arm(Client& c, const Action& action, Now now) {
    if (resends(action.timer)) return services_.wheel.arm(*c.live, now.steady + action.after);
    c.armed_for = action.timer;
    services_.wheel.arm(c, now.steady + action.after);
}

void ClientTable::cancel_timer(Client& c, TimerName name) {
    if (!resends(name)) {
        if (c.armed_for == name) c.Timer::cancel();
    } else if (c.live) {
        c.live->Timer::cancel();
    }
}

// §17.1.1.3. The ACK takes the INVITE's place: that is not needed any more. Failures that come again get the same ACK.
void ClientTable::send_ack(Client& c, const message::Message& response) {
    Live& live = *c.live;
    const transport::SendTag tag{transport::SendTag::Kind::client_transaction, handle_of(c)};
    message::Message sent;
    if (sent.index(live.bytes, own_limits) && sent.method() == Method::invite) {
        std::string ack = services_.requests.take();
        message::write_ack(ack, sent, response.value(HeaderId::to));
        services_.requests.give_back(live.bytes);
        live.bytes = std::move(ack);
    }
    services_.sender.send(live.to, live.bytes, tag);
}

void ClientTable::send_cancel(Client& c, Now now) {
    message::Message sent;
    if (!sent.index(c.live->bytes, own_limits)) return;
    std::string bytes = services_.requests.take();
    message::write_cancel(bytes, sent, c.live->reason);
    const Handle handle = clients_.emplace(*this, nullptr, Handle{});
    c.live->cancel_id = handle;
    Client& child = *clients_.find(handle);
    child.branch = c.branch;
    begin(child, Method::cancel, std::move(bytes), c.live->to, now);
}

// A completed non-INVITE and an accepted INVITE shrink to their tombstones; one that was cancelled keeps what the CANCEL's late answer is
// matched by.
void ClientTable::forget(Client& c) {
    if (!c.live) return;
    if (clients_.find(c.live->cancel_id) == nullptr) return recycle(c);
    services_.requests.give_back(c.live->bytes);
}

void ClientTable::recycle(Client& c) {
    services_.requests.give_back(c.live->bytes);
    c.live->Timer::cancel();
    c.live->reason.clear();
    c.live->cancel_id = {};
    if (spare_.size() < 1024) spare_.push_back(std::move(c.live));
    c.live.reset();
}

void ClientTable::end(Client& c) {
    const Handle handle = handle_of(c);
    if (c.live) {
        // A CANCEL whose INVITE is settled has nothing left to achieve.
        if (Client* child = clients_.find(c.live->cancel_id)) end(*child);
        recycle(c);
    }
    clients_.erase(handle);
}

}  // namespace offhook::transaction
