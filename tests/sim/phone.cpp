#include "tests/sim/phone.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "offhook/message/builder.hpp"
#include "offhook/message/digest.hpp"
#include "offhook/message/name_addr.hpp"
#include "offhook/message/values.hpp"

namespace offhook::sim {

using namespace std::chrono_literals;
using message::HeaderId;
using message::Message;

namespace {

constexpr Duration t1 = 500ms, t2 = 4s;

std::string_view tag_of(const Message& m, HeaderId id) {
    const auto value = message::parse_name_addr(m.value(id));
    return value ? value->tag() : std::string_view{};
}

std::string_view uri_of(std::string_view name_addr) {
    const auto value = message::parse_name_addr(name_addr);
    return value ? value->uri : std::string_view{};
}

std::string_view user_of(std::string_view uri) {
    const auto value = message::parse_uri(uri);
    return value ? value->user : std::string_view{};
}

std::vector<std::string> routes_of(const Message& m) {
    std::vector<std::string> routes;
    message::ListReader reader(m, HeaderId::record_route);
    while (const auto item = reader.next()) routes.emplace_back(item->text);
    return routes;
}

SipKey salt_of(World& world) {
    const std::uint64_t k0 = world.random.next();
    return {k0, world.random.next()};
}

}  // namespace

Phone::Phone(World& world, Ledger& ledger, Observer& observer, std::string name, const Endpoint& at, const Endpoint& server)
    : world_(world), ledger_(ledger), name_(std::move(name)), at_(at), server_(server), layer_({}, world.wheel, *this, observer, salt_of(world)) {
    layer_.set_user(*this);
    world.attach(at, *this, name_);
}

void Phone::on_datagram(std::string_view bytes, const transport::Flow& from, Now now) {
    Message message;
    if (!message.index(bytes)) return odd("a message that cannot be read");
    layer_.receive(message, from, now);
}

void Phone::odd(std::string text) {
    world_.note(name_ + ": " + text);
    ledger_.oddities.push_back(name_ + ": " + std::move(text));
}

void Phone::at(Instant when, std::function<void(Now)> what) { world_.wheel.arm(alarms_.emplace_back(std::move(what)), when); }

Handle Phone::remember(Sent sent) {
    sent_.push_back(sent);
    return {static_cast<std::uint32_t>(sent_.size() - 1), 1};
}

transport::Flow Phone::flow_to_server() const {
    transport::Flow flow;
    flow.local = at_;
    flow.remote = server_;
    return flow;
}

// The caller -----------------------------------------------------------------------------------------------------------------

void Phone::place(CallView& call) {
    Outgoing& out = outgoing_.emplace_back(Outgoing{&call, {}, call.script.call_id, "t" + call.script.caller, 0, {}, {}});
    at(world_.now.steady + call.script.starts, [this, &out](Now now) { invite(out, now); });
}

void Phone::invite(Outgoing& call, Now now) {
    const CallScript& script = call.call->script;
    const bool first = ++call.cseq == 1;
    call.invite = layer_.open(*this, remember({Sent::What::invite, &call}));
    std::string branch, bytes;
    layer_.append_branch(branch, call.invite, {});
    message::Builder(bytes)
        .request("INVITE", "sip:" + script.callee + "@example.com")
        .header("Via", fmt::format("SIP/2.0/UDP {};branch={};rport", at_.text(), branch))
        .header("Max-Forwards", "70")
        .header("From", fmt::format("<sip:{}@example.com>;tag={}", script.caller, call.from_tag))
        .header("To", fmt::format("<sip:{}@example.com>", script.callee))
        .header("Call-ID", call.call_id)
        .header("CSeq", fmt::format("{} INVITE", call.cseq))
        .header("Contact", fmt::format("<sip:{}@{}>", script.caller, at_.text()))
        .lines(script.timers ? "Supported: timer\r\n" : "")
        .lines(call.credentials)
        .body("application/sdp", "v=0\r\no=- 1 1 IN IP4 10.0.1.1\r\ns=-\r\nc=IN IP4 10.0.1.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n");
    layer_.start(call.invite, Method::invite, bytes, flow_to_server(), now);
    if (!script.patience || !first) return;
    at(now.steady + *script.patience, [this, &call](Now then) {
        if (call.call->caller.result != CallerView::Result::calling) return;
        call.call->caller.cancel_sent = true;
        layer_.cancel(call.invite, {}, then);
    });
}

// Once: a server that was started anew may ask again.
bool Phone::authenticate(Outgoing& call, const Message& response, Now now) {
    const auto challenge = message::parse_digest_challenge(response.value(HeaderId::proxy_authenticate));
    if (!challenge || call.call->caller.cancel_sent || call.cseq > 3) return false;
    const std::string uri = fmt::format("sip:{}@example.com", call.call->script.callee), user = call.call->script.caller;
    const std::string secret = auth::ha1(hasher_, auth::Algorithm::md5, user, challenge->realm, password);
    auth::HexDigest hex;
    const auto digest =
        auth::digest_response(hasher_, {auth::Algorithm::md5, secret, "INVITE", uri, challenge->nonce, "auth", "00000001", "0a4f113b", {}}, hex);
    call.credentials = fmt::format(
        "Proxy-Authorization: Digest username=\"{}\", realm=\"{}\", nonce=\"{}\", uri=\"{}\", response=\"{}\", algorithm=MD5, qop=auth, "
        "nc=00000001, cnonce=\"0a4f113b\"\r\n",
        user, challenge->realm, challenge->nonce, uri, digest);
    invite(call, now);
    return true;
}

void Phone::on_response(transaction::ClientId, Handle cookie, const Message& response, const transport::Flow&, Now now) {
    const Sent sent = sent_[cookie.slot];
    if (sent.what != Sent::What::invite || response.status() < 200) return;
    if (response.status() == 407 && authenticate(*sent.call, response, now)) return;
    CallerView& view = sent.call->call->caller;
    if (response.status() < 300) return on_answer(*sent.call, response, now);
    if (view.result != CallerView::Result::calling) return odd("a failure after another final response");
    view.status = response.status();
    view.result = view.cancel_sent && view.status == 487 ? CallerView::Result::cancelled : CallerView::Result::refused;
}

void Phone::on_failure(transaction::ClientId, Handle cookie, Failure, Now) {
    const Sent& sent = sent_[cookie.slot];
    if (sent.what != Sent::What::invite) return;
    CallerView& view = sent.call->call->caller;
    if (view.result != CallerView::Result::calling) return odd("a time-out after a final response");
    view.result = CallerView::Result::timed_out;
}

void Phone::on_answer(Outgoing& call, const Message& response, Now now) {
    CallerView& view = call.call->caller;
    const std::string_view tag = tag_of(response, HeaderId::to);
    for (Dialog& known : call.dialogs)
        if (known.remote_tag == tag) return world_.send(at_, server_, known.ack);  // §13.2.2.4: the ACK was lost
    const bool first = call.dialogs.empty();
    if (first && view.result != CallerView::Result::calling) return odd("an answer after a failure");
    view.result = CallerView::Result::answered;
    Dialog& dialog = call.dialogs.emplace_back();
    dialog.call_id = call.call_id;
    dialog.local = response.value(HeaderId::from);
    dialog.remote = response.value(HeaderId::to);
    dialog.local_tag = call.from_tag;
    dialog.remote_tag = tag;
    dialog.target = uri_of(response.value(HeaderId::contact));
    dialog.routes = routes_of(response);
    std::reverse(dialog.routes.begin(), dialog.routes.end());
    dialog.cseq = call.cseq;
    dialog.is_caller = true;
    dialog.view = view.dialogs.size();
    view.dialogs.push_back({std::string(tag)});
    if (dialog.routes.empty()) odd("an answer without Record-Route");
    dialog.ack = request_of(dialog, "ACK", call.cseq, fmt::format("z9hG4bKack{}{}", name_, ++acks_));
    world_.send(at_, server_, dialog.ack);
    // One call is enough (§13.2.2.4), and none after a CANCEL.
    if (!first || view.cancel_sent) return hang_up(dialog, now);
    if (const auto& later = call.call->script.updates) at(now.steady + *later, [this, &dialog](Now then) { update(dialog, then); });
    if (const auto& talk = call.call->script.hangs_up) at(now.steady + *talk, [this, &dialog](Now then) { hang_up(dialog, then); });
}

// The callee -----------------------------------------------------------------------------------------------------------------

void Phone::on_request(transaction::RequestPtr request, Now now) {
    const Method method = request->message.method();
    if (method == Method::bye) return on_bye(std::move(request), now);
    if (method == Method::update) return on_update(std::move(request), now);
    if (method == Method::invite && tag_of(request->message, HeaderId::to).empty()) return on_invite(std::move(request), now);
    odd(fmt::format("an unexpected {}", request->message.method_name()));
    layer_.respond(*request, 501, now);
}

void Phone::on_invite(transaction::RequestPtr request, Now now) {
    const Message& m = request->message;
    const auto call = ledger_.calls.find(m.value(HeaderId::call_id));
    if (call == ledger_.calls.end()) return odd("a call that nobody made");
    const std::string_view user = user_of(m.request_uri());
    CallView& view = call->second;
    const auto script = std::find_if(view.script.legs.begin(), view.script.legs.end(), [&](const LegScript& leg) { return leg.user == user; });
    if (script == view.script.legs.end()) return odd(fmt::format("a call to {}", user));
    const bool twice = std::any_of(view.legs.begin(), view.legs.end(), [user](const LegView& other) { return other.contact == user; });
    if (twice) {  // §8.2.2.2: a server that was started anew does not know that it has asked already
        if (!ledger_.restarted) odd(fmt::format("{} is called twice", user));
        layer_.respond(*request, 482, now);
        return;
    }

    Incoming& leg = incoming_.emplace_back();
    leg.call = &view;
    leg.script = &*script;
    leg.view = view.legs.size();
    leg.transaction = request->transaction;
    leg.dialog.call_id = m.value(HeaderId::call_id);
    leg.dialog.local_tag = layer_.local_tag(m);
    leg.dialog.remote_tag = tag_of(m, HeaderId::from);
    leg.dialog.local = fmt::format("{};tag={}", m.value(HeaderId::to), leg.dialog.local_tag);
    leg.dialog.remote = m.value(HeaderId::from);
    leg.dialog.target = uri_of(m.value(HeaderId::contact));
    leg.dialog.routes = routes_of(m);
    leg.dialog.view = leg.view;
    view.legs.push_back({.contact = std::string(user), .tag = leg.dialog.local_tag});
    leg.request = std::move(request);
    if (script->rings) at(now.steady + *script->rings, [this, &leg](Now then) { ring(leg, then); });
    const Duration acts = script->act == LegScript::Act::ring_on ? Duration(300s) : script->acts;
    at(now.steady + acts, [this, &leg](Now then) { act(leg, then); });
}

void Phone::ring(Incoming& leg, Now now) {
    if (view_of(leg).result != LegView::Result::invited) return;
    layer_.respond(*leg.request, 180, now, {}, fmt::format("Contact: <sip:{}@{}>\r\n", leg.script->user, at_.text()));
}

void Phone::act(Incoming& leg, Now now) {
    if (view_of(leg).result != LegView::Result::invited) return;
    switch (leg.script->act) {
        case LegScript::Act::answer: return answer(leg, now);
        case LegScript::Act::refuse: return refuse(leg, leg.script->status, LegView::Result::refused, now);
        case LegScript::Act::ring_on: return refuse(leg, 480, LegView::Result::refused, now);
        case LegScript::Act::dead: return;
    }
}

void Phone::refuse(Incoming& leg, int status, LegView::Result result, Now now) {
    view_of(leg).result = result;
    view_of(leg).status = status;
    layer_.respond(*leg.request, status, now);
    leg.request.reset();
}

void Phone::answer(Incoming& leg, Now now) {
    view_of(leg).result = LegView::Result::answered;
    const std::string contact = fmt::format("Contact: <sip:{}@{}>\r\nUser-Agent: Phone/{}\r\n", leg.script->user, at_.text(), name_);
    message::write_response(leg.ok, leg.request->message,
                            {.status = 200,
                             .to_tag = leg.dialog.local_tag,
                             .headers = contact,
                             .content_type = "application/sdp",
                             .body = "v=0\r\no=- 2 1 IN IP4 10.0.2.1\r\ns=-\r\nc=IN IP4 10.0.2.1\r\nt=0 0\r\nm=audio 4002 RTP/AVP 0\r\n"});
    layer_.respond(leg.transaction, 200, leg.ok, now);
    leg.request->layer = nullptr;  // answered by bytes of our own
    leg.request.reset();
    leg.answered = now.steady;
    leg.repeat_after = t1;
    at(now.steady + leg.repeat_after, [this, &leg](Now then) { repeat_answer(leg, then); });
}

// §13.3.1.4: T1, doubling to T2, until the ACK; after 64*T1 without it the session is ended.
void Phone::repeat_answer(Incoming& leg, Now now) {
    if (leg.confirmed || leg.dialog.over) return;
    if (now.steady - leg.answered >= 64 * t1) {
        view_of(leg).ack_missed = true;
        return hang_up(leg.dialog, now);
    }
    layer_.respond(leg.transaction, 200, leg.ok, now);
    leg.repeat_after = std::min(leg.repeat_after * 2, t2);
    const Instant next = std::min(now.steady + leg.repeat_after, leg.answered + 64 * t1);
    at(next, [this, &leg](Now then) { repeat_answer(leg, then); });
}

void Phone::on_ack(transaction::RequestPtr ack, Now now) {
    const std::string_view call_id = ack->message.value(HeaderId::call_id), tag = tag_of(ack->message, HeaderId::to);
    for (Incoming& leg : incoming_) {
        if (leg.dialog.call_id != call_id || leg.dialog.local_tag != tag) continue;
        if (user_of(ack->message.request_uri()) != leg.script->user) return odd("an ACK to another contact than the one that answered");
        if (view_of(leg).result != LegView::Result::answered) return odd("an ACK for what was not answered");
        ++view_of(leg).acks;
        if (leg.confirmed) return;
        leg.confirmed = true;
        if (leg.script->hangs_up) at(now.steady + *leg.script->hangs_up, [this, &leg](Now then) { hang_up(leg.dialog, then); });
        return;
    }
    odd(fmt::format("an ACK for somebody else's 2xx: {} {}", call_id, tag));
}

void Phone::on_cancel(transaction::ServerId invite, const Message&, Now now) {
    for (Incoming& leg : incoming_) {
        if (leg.transaction != invite || view_of(leg).result != LegView::Result::invited) continue;
        return refuse(leg, 487, LegView::Result::cancelled, now);
    }
    odd("a CANCEL for what was answered");
}

// Both -----------------------------------------------------------------------------------------------------------------------

Phone::Dialog* Phone::find_dialog(const Message& request) {
    const std::string_view call_id = request.value(HeaderId::call_id), to = tag_of(request, HeaderId::to), from = tag_of(request, HeaderId::from);
    const auto fits = [&](const Dialog& d) { return d.call_id == call_id && d.local_tag == to && d.remote_tag == from; };
    for (Outgoing& call : outgoing_)
        for (Dialog& dialog : call.dialogs)
            if (fits(dialog)) return &dialog;
    for (Incoming& leg : incoming_)
        if (fits(leg.dialog) && !leg.ok.empty()) return &leg.dialog;
    return nullptr;
}

CallView* Phone::call_of(const Dialog& dialog) {
    const auto call = ledger_.calls.find(dialog.call_id);
    return call == ledger_.calls.end() ? nullptr : &call->second;
}

void Phone::on_bye(transaction::RequestPtr request, Now now) {
    Dialog* dialog = find_dialog(request->message);
    if (dialog == nullptr) {
        layer_.respond(*request, 481, now);
        return;
    }
    CallView& call = *call_of(*dialog);
    (dialog->is_caller ? call.caller.dialogs[dialog->view].bye_received : call.legs[dialog->view].bye_received) = true;
    ++(dialog->is_caller ? call.caller.dialogs[dialog->view].byes : call.legs[dialog->view].byes);
    dialog->over = true;
    layer_.respond(*request, 200, now);
}

void Phone::hang_up(Dialog& dialog, Now now) {
    if (dialog.over) return;
    dialog.over = true;
    CallView& call = *call_of(dialog);
    (dialog.is_caller ? call.caller.dialogs[dialog.view].bye_sent : call.legs[dialog.view].bye_sent) = true;
    send_request(dialog, Sent::What::bye, Method::bye, {}, now);
}

// RFC 3311: a target refresh, as after a change of network.
void Phone::update(Dialog& dialog, Now now) {
    if (dialog.over) return;
    const CallScript& script = call_of(dialog)->script;
    send_request(dialog, Sent::What::update, Method::update,
                 fmt::format("Contact: <sip:{}-moved@{}>\r\n{}", script.caller, at_.text(), script.timers ? "Supported: timer\r\n" : ""), now);
}

void Phone::on_update(transaction::RequestPtr request, Now now) {
    Dialog* dialog = find_dialog(request->message);
    if (dialog == nullptr || dialog->over) {
        layer_.respond(*request, 481, now);
        return;
    }
    dialog->target = uri_of(request->message.value(HeaderId::contact));
    layer_.respond(*request, 200, now);
}

void Phone::send_request(Dialog& dialog, Sent::What what, Method method, std::string_view headers, Now now) {
    const transaction::ClientId id = layer_.open(*this, remember({what, nullptr, &dialog}));
    std::string branch;
    layer_.append_branch(branch, id, {});
    layer_.start(id, method, request_of(dialog, message::name_of(method), ++dialog.cseq, branch, headers), flow_to_server(), now);
}

std::string Phone::request_of(const Dialog& dialog, std::string_view method, std::uint32_t cseq, std::string_view branch,
                              std::string_view headers) const {
    std::string bytes;
    message::Builder builder(bytes);
    builder.request(method, dialog.target)
        .header("Via", fmt::format("SIP/2.0/UDP {};branch={};rport", at_.text(), branch))
        .header("Max-Forwards", "70");
    for (const std::string& route : dialog.routes) builder.header("Route", route);
    builder.header("From", dialog.local)
        .header("To", dialog.remote)
        .header("Call-ID", dialog.call_id)
        .header("CSeq", fmt::format("{} {}", cseq, method))
        .lines(headers)
        .finish();
    return bytes;
}

}  // namespace offhook::sim
