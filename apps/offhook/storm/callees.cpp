#include "apps/offhook/storm/callees.hpp"

#include <fmt/format.h>

#include "offhook/base/text.hpp"
#include "offhook/message/builder.hpp"
#include "offhook/message/name_addr.hpp"
#include "offhook/message/uri.hpp"

namespace offhook::cli::storm {

using message::HeaderId;
using message::Method;

namespace {

constexpr transaction::TimerConfig timers;
constexpr std::string_view allow = "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, MESSAGE\r\n";

std::uint64_t number_of(Handle h) { return std::uint64_t{h.slot} << 32 | h.generation; }

}  // namespace

std::string session_description(const IpAddress& address) {
    const std::string where = fmt::format("IN {} {}", address.is_v6() ? "IP6" : "IP4", address.text());
    return fmt::format("v=0\r\no=storm 1 1 {0}\r\ns=-\r\nc={0}\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n", where);
}

Callees::Call::Call(Callees& o)
    : Timer([](Timer& t, Now now) {
          auto& call = static_cast<Call&>(t);
          call.owner.on_timer(call, now);
      }),
      owner(o) {}

Callees::Callees(const Plan& plan, TimerWheel& wheel, Outbox& outbox, Statistics& statistics, const SipKey& key)
    : plan_(plan), wheel_(wheel), outbox_(outbox), statistics_(statistics), key_(key) {}

void Callees::on_request(transaction::RequestPtr request, Now now) {
    const bool in_dialog = [&] {
        const auto to = message::parse_name_addr(request->message.value(HeaderId::to));
        return to && !to->tag().empty();
    }();
    switch (request->message.method()) {
        case Method::invite:
            return in_dialog ? respond(*request, 488, now) : ring(std::move(request), now);
        case Method::bye:
            return respond(*request, handle_in(request->message) ? 200 : 481, now);
        case Method::options:
        case Method::message:
            return respond(*request, 200, now, allow);
        default:
            return respond(*request, 501, now, allow);
    }
}

void Callees::respond(transaction::Request& request, int status, Now now, std::string_view headers) {
    const Outbox::First first(outbox_);
    layer_->respond(request, status, now, {}, headers);
}

void Callees::ring(transaction::RequestPtr request, Now now) {
    const Handle handle = calls_.emplace(*this);
    Call& call = *calls_.find(handle);
    call.transaction = request->transaction;
    call.invite = std::move(request);
    bytes_.clear();
    write(bytes_, *call.invite, handle, 180);
    {
        const Outbox::First first(outbox_);
        layer_->respond(call.transaction, 180, bytes_, now);
    }
    if (plan_.ring == Duration{0}) return answer(handle, call, now);
    ringing_[number_of(call.transaction.handle)] = handle;
    wheel_.arm(call, now.steady + plan_.ring);
}

void Callees::answer(Handle handle, Call& call, Now now) {
    write(call.answer, *call.invite, handle, 200);
    call.invite->layer = nullptr;  // answered here, not by the layer's composition
    call.invite.reset();
    call.interval = timers.t1;
    call.give_up = now.steady + 64 * timers.t1;
    wheel_.arm(call, now.steady + call.interval);
    const Outbox::First first(outbox_);
    layer_->respond(call.transaction, 200, call.answer, now);
}

// §13.3.1.4: over any transport the 2xx is sent again until its ACK comes, at intervals from T1 to T2, for 64*T1.
void Callees::on_timer(Call& call, Now now) {
    const Handle handle = Slab<Call>::handle_of(call);
    if (call.invite) {
        ringing_.erase(number_of(call.transaction.handle));
        return answer(handle, call, now);
    }
    if (now.steady >= call.give_up || !layer_->alive(call.transaction)) {
        ++statistics_.unacknowledged;
        return calls_.erase(handle);
    }
    call.interval = std::min(2 * call.interval, timers.t2);
    wheel_.arm(call, std::min(now.steady + call.interval, call.give_up));
    layer_->respond(call.transaction, 200, call.answer, now);
}

void Callees::on_ack(transaction::RequestPtr ack, Now) {
    if (const auto handle = handle_in(ack->message)) calls_.erase(*handle);
}

void Callees::on_cancel(transaction::ServerId invite, const message::Message&, Now now) {
    const auto found = ringing_.find(number_of(invite.handle));
    if (found == ringing_.end()) return;
    const Handle handle = found->second;
    ringing_.erase(found);
    Call& call = *calls_.find(handle);
    bytes_.clear();
    write(bytes_, *call.invite, handle, 487);
    call.invite->layer = nullptr;
    const Outbox::First first(outbox_);
    layer_->respond(call.transaction, 487, bytes_, now);
    calls_.erase(handle);
}

void Callees::write(std::string& out, const transaction::Request& invite, Handle handle, int status) const {
    const auto uri = message::parse_uri(invite.message.request_uri());
    const std::string tag = tag_of(handle, invite.message.value(HeaderId::call_id));
    const std::string contact = fmt::format("Contact: <sip:{}{}{}{}>\r\n", uri ? uri->user : "", uri && uri->has_user ? "@" : "",
                                            invite.flow.local.text(), plan_.protocol == transport::Protocol::udp ? "" : ";transport=tcp");
    const std::string body = status == 200 ? session_description(plan_.local) : std::string();
    message::write_response(out, invite.message,
                            {.status = status,
                             .to_tag = tag,
                             .headers = status < 300 ? std::string_view(contact) : std::string_view{},
                             .content_type = body.empty() ? "" : "application/sdp",
                             .body = body});
}

std::string Callees::tag_of(Handle handle, std::string_view call_id) const {
    return to_hex(number_of(handle)) + to_hex(SipHash(key_).add("callee").add(number_of(handle)).add(call_id).finish());
}

std::optional<Handle> Callees::handle_in(const message::Message& request) const {
    const auto to = message::parse_name_addr(request.value(HeaderId::to));
    if (!to || to->tag().size() != 32) return std::nullopt;
    std::uint64_t number = 0;
    for (const char c : to->tag().substr(0, 16)) number = number << 4 | static_cast<unsigned>(std::max(hex_value(c), 0));
    const Handle handle{static_cast<std::uint32_t>(number >> 32), static_cast<std::uint32_t>(number)};
    return to->tag() == tag_of(handle, request.value(HeaderId::call_id)) ? std::optional(handle) : std::nullopt;
}

}  // namespace offhook::cli::storm
