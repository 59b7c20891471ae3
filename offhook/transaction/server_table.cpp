#include "offhook/transaction/server_table.hpp"

#include "offhook/message/builder.hpp"
#include "offhook/message/name_addr.hpp"
#include "offhook/transport/via.hpp"

namespace offhook::transaction {

using message::Method;

void ServerTable::Live::on_resend(Timer& timer, Now now) {
    Server& s = *static_cast<Live&>(timer).server;
    s.owner->on_timer(s, TimerName::g, now);
}

void ServerTable::Server::on_end(Timer& timer, Now now) {
    auto& s = static_cast<Server&>(timer);
    s.owner->on_timer(s, s.armed_for, now);
}

ServerTable::ServerTable(Services& services)
    : services_(services), bucket_array_(buckets), set_(Set::bucket_traits(bucket_array_.data(), bucket_array_.size())) {}

ServerTable::~ServerTable() { set_.clear(); }

ServerTable::Server* ServerTable::find(const Key& key) {
    const auto it = set_.find(key, KeyHash{}, KeyEqual{});
    return it == set_.end() ? nullptr : &*it;
}

bool ServerTable::absorb(const Key& key, Now now) {
    Server* s = find(key);
    if (s == nullptr) return false;
    std::visit([&](const auto& machine) { perform(*s, machine.on_retransmission(), now); }, s->machine);
    return true;
}

// §17.2.3, for RFC 2543 peers: the ACK's To tag is that of the response that it acknowledges.
bool ServerTable::answered_with_tag(const Server& s, std::string_view to_tag) const {
    if (!s.live || s.live->response.empty()) return true;
    message::Message response;
    if (!response.index(s.live->response)) return false;
    const auto to = message::parse_name_addr(response.value(message::HeaderId::to));
    return to && to->tag() == to_tag;
}

ServerTable::Ack ServerTable::receive_ack(const KeyParts& ack, Now now) {
    Server* s = find(key_of(services_.salt, ack));
    if (s == nullptr && ack.rfc2543() && !ack.to_tag.empty()) {
        s = find(key_of(services_.salt, without_to_tag(ack)));
        if (s != nullptr && !answered_with_tag(*s, ack.to_tag)) s = nullptr;
    }
    auto* machine = s == nullptr ? nullptr : std::get_if<InviteServer>(&s->machine);
    if (machine == nullptr) return Ack::unmatched;
    const Actions actions = machine->on_ack(services_.timers);
    const bool up = !actions.empty() && actions.front().kind == Action::Kind::pass_ack_up;
    perform(*s, actions, now);
    return up ? Ack::unmatched : Ack::absorbed;
}

ServerId ServerTable::open(const Key& key, bool rfc2543, Request& request, bool feedback, Now now) {
    const Handle handle = servers_.emplace(*this, key);
    Server& s = *servers_.find(handle);
    set_.insert(s);
    s.rfc2543 = rfc2543;
    if (spare_.empty()) {
        s.live = std::make_unique<Live>();
    } else {
        s.live = std::move(spare_.back());
        spare_.pop_back();
    }
    s.live->server = &s;
    s.live->request = &request;
    s.live->feedback = feedback;
    s.live->to = transport::response_flow(request.message, request.flow);
    s.live->response = services_.responses.take();
    const bool reliable = transport::is_reliable(request.flow.protocol);
    if (request.message.method() == Method::invite)
        perform(s, s.machine.emplace<InviteServer>(reliable).start(services_.timers), now);
    else
        perform(s, s.machine.emplace<NonInviteServer>(reliable).start(services_.timers), now);
    return {handle};
}

ServerId ServerTable::find_invite(const KeyParts& cancel) {
    Server* s = find(key_of(services_.salt, with_method(cancel, name_of(Method::invite))));
    if (s == nullptr) return {};
    return {Slab<Server>::handle_of(*s)};
}

bool ServerTable::respond(ServerId id, int status, std::string_view bytes, Now now) {
    Server* s = servers_.find(id.handle);
    if (s == nullptr) return false;
    std::visit([&](auto& machine) { perform(*s, machine.respond(services_.timers, status), now, bytes); }, s->machine);
    return true;
}

// RFC 6026 §7.1: an INVITE transaction stays, so that retransmissions are absorbed. A non-INVITE one ends (figure 8).
void ServerTable::on_send_failure(Handle handle, Now now) {
    Server* s = servers_.find(handle);
    if (s == nullptr) return;
    if (auto* machine = std::get_if<NonInviteServer>(&s->machine)) perform(*s, machine->on_transport_error(), now);
}

bool ServerTable::alive(ServerId id) { return servers_.find(id.handle) != nullptr; }

bool ServerTable::has_final(ServerId id) {
    Server* s = servers_.find(id.handle);
    return s == nullptr || std::visit([](const auto& machine) { return machine.has_final(); }, s->machine);
}

void ServerTable::forget_request(ServerId id) {
    Server* s = servers_.find(id.handle);
    if (s != nullptr && s->live) s->live->request = nullptr;
}

void ServerTable::on_timer(Server& s, TimerName name, Now now) {
    services_.last = now;
    std::visit([&](auto& machine) { perform(s, machine.on_timer(services_.timers, name), now); }, s.machine);
}

bool ServerTable::perform(Server& s, const Actions& actions, Now now, std::string_view response) {
    using Kind = Action::Kind;
    for (const Action& action : actions) {
        switch (action.kind) {
            case Kind::arm:
                if (action.timer == TimerName::g) {
                    services_.wheel.arm(*s.live, now.steady + action.after);
                } else {
                    s.armed_for = action.timer;
                    services_.wheel.arm(s, now.steady + action.after);
                }
                break;
            case Kind::cancel:
                if (action.timer == TimerName::g)
                    s.live->cancel();
                else if (s.armed_for == action.timer)
                    s.cancel();
                break;
            case Kind::send_response:
                // One that is forgotten at once, a 2xx to an INVITE, is the largest of all and need not be copied.
                if (&action != &actions.back() && (&action + 1)->kind == Kind::forget) {
                    send(s, response);
                    break;
                }
                s.live->response = response;
                send(s, s.live->response);
                break;
            case Kind::resend_response:
                if (s.live) send(s, s.live->response);
                break;
            case Kind::send_trying:
                send_trying(s);
                break;
            case Kind::forget:
                forget(s);
                break;
            default:
                break;
        }
    }
    const bool ended =
        std::visit([](const auto& machine) { return machine.state() == std::decay_t<decltype(machine)>::State::terminated; }, s.machine);
    if (ended) end(s);
    return ended;
}

void ServerTable::send(Server& s, std::string_view response) {
    if (response.empty()) return;
    if (s.live->feedback && services_.admission != nullptr) {
        // What is stored bears none: each time it leaves it says what holds then (RFC 7339 §5.2).
        message::Message indexed;
        services_.feedback.clear();
        if (indexed.index(response) && transport::write_feedback(services_.feedback, indexed, services_.admission->feedback(services_.latest())))
            response = services_.feedback;
    }
    services_.sender.send(s.live->to, response, {transport::SendTag::Kind::server_transaction, Slab<Server>::handle_of(s)});
}

void ServerTable::send_trying(Server& s) {
    if (s.live->request == nullptr) return;
    s.live->response.clear();
    message::write_response(s.live->response, s.live->request->message, {.status = 100});
    send(s, s.live->response);
}

// A confirmed INVITE shrinks to its tombstone; an accepted one keeps the flow for further 2xx, but not their bytes.
void ServerTable::forget(Server& s) {
    const auto* invite = std::get_if<InviteServer>(&s.machine);
    if (invite != nullptr && invite->state() == InviteServer::State::confirmed) return recycle(s.live);
    services_.responses.give_back(s.live->response);
}

void ServerTable::recycle(std::unique_ptr<Live>& live) {
    if (!live) return;
    services_.responses.give_back(live->response);
    live->cancel();
    live->request = nullptr;
    if (spare_.size() < 1024) spare_.push_back(std::move(live));
    live.reset();
}

void ServerTable::end(Server& s) {
    recycle(s.live);
    set_.erase(set_.iterator_to(s));
    servers_.erase(Slab<Server>::handle_of(s));
}

}  // namespace offhook::transaction
