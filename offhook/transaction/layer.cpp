#include "offhook/transaction/layer.hpp"

#include "offhook/base/text.hpp"
#include "offhook/message/builder.hpp"
#include "offhook/transaction/client_table.hpp"
#include "offhook/transaction/key.hpp"
#include "offhook/transaction/refusals.hpp"
#include "offhook/transaction/request_pool.hpp"
#include "offhook/transaction/server_table.hpp"
#include "offhook/transaction/services.hpp"
#include "offhook/transport/via.hpp"

namespace offhook::transaction {

using message::HeaderId;
using message::Method;

namespace {

/// What write_with_source() adds to a message that was within its limit must not put it over.
constexpr message::Limits marked_limits{.size = 1u << 20, .headers = message::Message::capacity, .request_uri = 1u << 16};

constexpr std::string_view emergency_uri = "urn:service:sos";  // RFC 5031; its sub-services follow a dot

}  // namespace

struct Layer::State {
    State(const TimerConfig& timers, TimerWheel& wheel, transport::Sender& sender, Observer& observer, const SipKey& salt, const Limits& most)
        : services{timers, wheel, sender, observer, salt, {}, {}, {}, {}, nullptr, {}},
          limits(most),
          clients(services),
          servers(services),
          refusals(services) {}

    void receive_request(Layer& layer, const message::Message& message, const transport::Flow& from, Now now);
    void receive_cancel(Layer& layer, const KeyParts& parts, RequestPtr request, Now now);
    [[nodiscard]] bool full(const message::Message& request) const;
    [[nodiscard]] transport::Admission::Kind kind_of(const message::Message& request) const;
    [[nodiscard]] bool overloaded_for(const message::Message& request, Now now) const;
    void answer(Layer& layer, Request& request, int status, Now now);
    [[nodiscard]] RequestPtr context(Layer& layer, const message::Message& message, const transport::Flow& from, Now now);

    Services services;
    Limits limits;
    ServerUser* user = nullptr;
    RequestPool requests;
    ClientTable clients;
    ServerTable servers;
    Refusals refusals;
};

Layer::Layer(const TimerConfig& timers, TimerWheel& wheel, transport::Sender& sender, Observer& observer, const SipKey& salt, const Limits& limits)
    : state_(std::make_unique<State>(timers, wheel, sender, observer, salt, limits)) {}

Layer::~Layer() = default;

void Layer::set_user(ServerUser& user) { state_->user = &user; }

void Layer::set_limits(const Limits& limits) { state_->limits = limits; }

void Layer::set_admission(transport::Admission& admission) { state_->services.admission = &admission; }

void Layer::receive(const message::Message& message, const transport::Flow& from, Now now) {
    state_->services.last = now;
    if (message.is_request()) state_->receive_request(*this, message, from, now);
    else state_->clients.receive(message, from, now);
}

// A copy that owns its bytes, its top Via marked with where it came from (RFC 3261 §18.2.1, RFC 3581).
RequestPtr Layer::State::context(Layer& layer, const message::Message& message, const transport::Flow& from, Now now) {
    RequestPtr request = requests.take(layer);
    if (!transport::write_with_source(request->bytes, message, from) || !request->message.index(request->bytes, marked_limits)) return nullptr;
    request->flow = from;
    request->arrived = now;
    return request;
}

void Layer::State::receive_request(Layer& layer, const message::Message& message, const transport::Flow& from, Now now) {
    const auto parts = key_parts(message);
    const bool is_ack = message.method() == Method::ack;
    const Key key = parts && !is_ack ? key_of(services.salt, *parts) : Key{};
    if (parts && is_ack && (refusals.acknowledged(message, parts->via) || servers.receive_ack(*parts, now) == ServerTable::Ack::absorbed)) return;
    if (parts && !is_ack && servers.absorb(key, now)) return;

    const bool is_cancel = message.method() == Method::cancel;
    const bool no_room = !is_ack && full(message);
    const bool feedback = parts && !is_ack && services.admission != nullptr && transport::speaks_overload_control(parts->via);
    if (parts && !is_ack && !is_cancel && (no_room || overloaded_for(message, now)))
        return refusals.refuse(message, parts->via, from, no_room ? Refusals::Why::no_room : Refusals::Why::overload,
                               feedback ? services.admission->feedback(now) : std::string_view{}, now);

    RequestPtr request = parts ? context(layer, message, from, now) : nullptr;
    if (!request) {
        services.observer.rejected(Cause::malformed, 0, message.value(HeaderId::call_id), from.remote, now);
        return;
    }
    if (is_ack) {
        if (user != nullptr) user->on_ack(std::move(request), now);
        return;
    }
    if (!no_room) {
        request->layer = &layer;
        request->transaction = servers.open(key, parts->rfc2543(), *request, feedback, now);
    }
    if (is_cancel) receive_cancel(layer, *parts, std::move(request), now);
    else if (user != nullptr) user->on_request(std::move(request), now);
}

// Every admitted request may lead to client transactions, so both kinds count: what goes in is what can be refused. The To tag is only
// the sender's word, hence the second limit.
bool Layer::State::full(const message::Message& request) const {
    const std::size_t count = servers.size() + clients.size();
    return count >= limits.transactions && (count >= limits.in_dialog() || request.to_tag().empty());
}

transport::Admission::Kind Layer::State::kind_of(const message::Message& request) const {
    using Kind = transport::Admission::Kind;
    if (request.method() == Method::invite)
        return iequals(request.request_uri().substr(0, emergency_uri.size()), emergency_uri) ? Kind::emergency : Kind::call;
    if (request.method() != Method::register_) return Kind::other;
    if (!request.has(HeaderId::authorization)) return Kind::unproven_register;
    return user != nullptr && user->is_refresh(request) ? Kind::refreshing_register : Kind::first_register;
}

// What belongs to a call in progress is never refused: it ends work, and refusing it would leave work behind.
bool Layer::State::overloaded_for(const message::Message& request, Now now) const {
    transport::Admission* admission = services.admission;
    if (admission == nullptr || !admission->overloaded() || !request.to_tag().empty()) return false;
    return !admission->admit(kind_of(request), now);
}

// Through the request's transaction; without one, straight to where it came from (RFC 3261 §8.2.7).
void Layer::State::answer(Layer& layer, Request& request, int status, Now now) {
    if (request.transaction) {
        layer.respond(request, status, now);
        return;
    }
    const std::string tag = layer.local_tag(request.message);
    services.scratch.clear();
    message::write_response(services.scratch, request.message, {.status = status, .to_tag = tag});
    services.sender.send(transport::response_flow(request.message, request.flow), services.scratch, {});
}

// §9.2: 200 whenever the INVITE is known, even where it comes too late to matter; 481 otherwise.
void Layer::State::receive_cancel(Layer& layer, const KeyParts& parts, RequestPtr request, Now now) {
    const ServerId invite = servers.find_invite(parts);
    if (!invite) {
        services.observer.rejected(Cause::unmatched_cancel, 481, request->message.value(HeaderId::call_id), request->flow.remote, now);
        answer(layer, *request, 481, now);
        return;
    }
    answer(layer, *request, 200, now);
    if (user != nullptr && !servers.has_final(invite)) user->on_cancel(invite, request->message, now);
}

void Layer::on_send_failure(const transport::SendTag& tag, transport::SendError, Now now) {
    state_->services.last = now;
    if (tag.kind == transport::SendTag::Kind::client_transaction) state_->clients.on_send_failure(tag.handle, now);
    if (tag.kind == transport::SendTag::Kind::server_transaction) state_->servers.on_send_failure(tag.handle, now);
}

bool Layer::respond(ServerId id, int status, std::string_view bytes, Now now) {
    state_->services.last = now;
    return state_->servers.respond(id, status, bytes, now);
}

bool Layer::respond(Request& request, int status, Now now, std::string_view reason, std::string_view headers) {
    if (status >= 200) request.layer = nullptr;
    if (!alive(request.transaction)) return false;
    const std::string tag = status > 100 ? local_tag(request.message) : std::string();
    std::string& bytes = state_->services.scratch;
    bytes.clear();
    message::write_response(bytes, request.message, {.status = status, .reason = reason, .to_tag = tag, .headers = headers});
    return respond(request.transaction, status, bytes, now);
}

bool Layer::alive(ServerId id) const { return state_->servers.alive(id); }

// A CANCEL shares these four with its INVITE, so both are answered with the same tag (§9.2).
std::string Layer::local_tag(const message::Message& request) const {
    const auto& cseq = request.cseq();
    const auto& via = request.top_via();
    SipHash hash(state_->services.salt);
    hash.add("tag").add(request.value(HeaderId::call_id)).add(request.from_tag());
    hash.add(std::uint64_t{cseq ? cseq->number : 0}).add(via ? via->branch : std::string_view{});
    return to_hex(hash.finish());
}

ClientId Layer::open(ClientUser& user, Handle cookie) { return state_->clients.open(user, cookie); }

void Layer::append_branch(std::string& out, ClientId id, std::string_view suffix) const { state_->clients.append_branch(out, id, suffix); }

void Layer::start(ClientId id, Method method, std::string_view bytes, const transport::Flow& to, Now now) {
    state_->services.last = now;
    state_->clients.start(id, method, bytes, to, now);
}

void Layer::cancel(ClientId id, std::string_view reason, Now now) {
    state_->services.last = now;
    state_->clients.cancel(id, reason, now);
}

void Layer::abandon(ClientId id) { state_->clients.abandon(id); }

std::size_t Layer::server_count() const { return state_->servers.size(); }
std::size_t Layer::client_count() const { return state_->clients.size(); }
std::size_t Layer::request_count() const { return state_->requests.out(); }

void Layer::release(Request* request) noexcept {
    State& s = *state_;
    const bool owed = request->layer != nullptr && request->transaction && !s.servers.has_final(request->transaction);
    if (owed) respond(*request, 500, s.services.latest());
    s.servers.forget_request(request->transaction);
    s.requests.give_back(*request);
}

// The defect of a context that nobody answered costs the peer a 500, not its patience (design rule 3).
void RequestDeleter::operator()(Request* request) const noexcept {
    if (request->home != nullptr) request->home->release(request);
    else delete request;
}

}  // namespace offhook::transaction
