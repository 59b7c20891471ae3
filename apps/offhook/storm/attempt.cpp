// What becomes of one attempt: its requests, challenges, responses, and the dialog of a call.
#include <fmt/format.h>

#include <algorithm>

#include "apps/offhook/storm/worker.hpp"
#include "offhook/base/text.hpp"
#include "offhook/message/builder.hpp"
#include "offhook/message/name_addr.hpp"
#include "offhook/message/uri.hpp"
#include "offhook/message/values.hpp"
#include "offhook/transport/target.hpp"

namespace offhook::cli::storm {

using message::HeaderId;

namespace {
constexpr std::uint8_t most_rests = 20;
constexpr Duration rest = std::chrono::milliseconds{250};
}  // namespace

void Worker::erase(Handle handle) {
    attempts_.erase(handle);
    if (preparing_ && command_ != Command::none && command_ != Command::probe) wheel_.arm(launcher_, wheel_.reached());
}

std::string_view Worker::method_of(const Attempt& a) const {
    if (a.state == State::releasing) return "BYE";
    switch (a.kind) {
        case Kind::call:
            return "INVITE";
        case Kind::message:
            return "MESSAGE";
        case Kind::probe:
        case Kind::options:
            return "OPTIONS";
        default:
            return "REGISTER";
    }
}

std::string Worker::request_uri(const Attempt& a) const {
    if (!a.target.empty()) return a.target;
    const User& callee = plan_.users[plan_.callee_of(a.caller)];
    switch (a.kind) {
        case Kind::call:
        case Kind::message:
            return fmt::format("sip:{}@{}", callee.name, callee.domain);
        case Kind::probe:
        case Kind::options:
            return "sip:" + plan_.domain;
        default:
            return "sip:" + plan_.users[a.caller].domain;
    }
}

void Worker::write(std::string& out, const Attempt& a, std::string_view method, std::string_view uri, std::string_view branch,
                   std::string_view credentials) {
    const User& caller = plan_.users[a.caller];
    const transport::Flow& flow = flow_of(a.caller);
    const std::string local = flow.local.text();
    const std::string_view transport = transport::is_reliable(plan_.protocol) ? ";transport=tcp" : "";
    auto at = std::back_inserter(out);
    fmt::format_to(at, "{} {} SIP/2.0\r\nVia: SIP/2.0/{} {};branch={};rport\r\nMax-Forwards: 70\r\n", method, uri, via_name(plan_.protocol), local,
                   branch);
    out += a.routes;
    fmt::format_to(at, "From: <sip:{}@{}>;tag={:x}\r\n", caller.name, caller.domain, a.number + 1);
    const bool registers = method == "REGISTER";
    if (!a.to.empty())
        fmt::format_to(at, "To: {}\r\n", a.to);
    else if (registers)
        fmt::format_to(at, "To: <sip:{}@{}>\r\n", caller.name, caller.domain);
    else
        fmt::format_to(at, "To: <{}>\r\n", uri);
    fmt::format_to(at, "Call-ID: {:016x}-{:x}-{:x}-{:x}\r\nCSeq: {} {}\r\n", run_, index_, static_cast<unsigned>(a.kind), a.number, a.cseq, method);
    if (registers || method == "INVITE") fmt::format_to(at, "Contact: <sip:{}@{}{}>\r\n", caller.name, local, transport);
    if (registers) fmt::format_to(at, "Expires: {}\r\n", a.kind == Kind::withdraw ? 0 : plan_.expires);
    out += credentials;
    out += "User-Agent: offhook-storm/" OFFHOOK_VERSION "\r\n";
    message::Builder builder(out);
    if (method == "INVITE")
        builder.body("application/sdp", description_);
    else if (method == "MESSAGE")
        builder.body("text/plain", "storm");
    else
        builder.finish();
}

void Worker::send(Handle handle, Attempt& a, std::string_view credentials, Now now) {
    a.transaction = layer_.open(*this, handle);
    if (a.kind == Kind::call && a.state == State::trying) a.invite = a.transaction;
    ++a.cseq;
    branch_.clear();
    layer_.append_branch(branch_, a.transaction, {});
    bytes_.clear();
    const std::string_view method = method_of(a);
    write(bytes_, a, method, request_uri(a), branch_, credentials);
    const Outbox::First first(outbox_);
    layer_.start(a.transaction, message::method_of(method), bytes_, a.hop, now);
}

void Worker::on_response(transaction::ClientId id, Handle cookie, const message::Message& response, const transport::Flow&, Now now) {
    Attempt* a = attempts_.find(cookie);
    if (a == nullptr) return;
    const int status = response.status();
    if (id == a->invite && id != a->transaction) {  // §13.2.2.4: a 2xx again, so its ACK again
        if (status / 100 == 2 && !a->ack.empty()) outbox_.send(a->hop, a->ack, {});
        return;
    }
    if (id != a->transaction) return;
    if (status < 200) return on_provisional(*a, status, now);
    if (id == a->invite && a->state == State::established) {
        if (!a->ack.empty()) outbox_.send(a->hop, a->ack, {});
        return;
    }
    if ((status == 401 || status == 407) && a->state != State::abandoned && answer_challenge(cookie, *a, response, now)) return;
    on_final(cookie, *a, response, now);
}

void Worker::on_provisional(Attempt& a, int status, Now now) {
    if (a.kind != Kind::call || a.state != State::trying || status == 100 || std::exchange(a.rang, true)) return;
    now_counted_.ringing.record(now.steady - a.intended);
}

// Once for each request, twice where the first nonce was too old.
bool Worker::answer_challenge(Handle handle, Attempt& a, const message::Message& response, Now now) {
    if (a.answers >= (Credentials::stale(response) ? 2 : 1)) return false;
    header_.clear();
    if (!credentials_.append(header_, response, method_of(a), request_uri(a), plan_.users[a.caller])) {
        ++now_counted_.without_credentials;
        return false;
    }
    ++a.answers;
    send(handle, a, header_, now);
    return true;
}

void Worker::on_final(Handle handle, Attempt& a, const message::Message& response, Now now) {
    const bool success = response.status() / 100 == 2;
    if (a.state == State::abandoned) {
        if (!success || a.kind != Kind::call) return erase(handle);
        acknowledge(a, response);  // it was answered before it could be cancelled
        return release(handle, a, now);
    }
    if (a.kind == Kind::probe) {  // any answer is one
        ++now_counted_.completed;
        count(a);
        return erase(handle);
    }
    if (response.status() == 503 && (a.kind == Kind::enrol || a.kind == Kind::withdraw) && !stopping_ && a.rests < most_rests) {
        ++a.rests;  // a preparation may take its time
        a.state = State::resting;
        return wheel_.arm(a, now.steady + rest);
    }
    if (!success) {
        if (!a.counted) ++now_counted_.refused[response.status()];
        count(a);
        return erase(handle);
    }
    if (a.kind == Kind::call && a.state == State::trying) return on_established(handle, a, response, now);
    completed(handle, a, now);
}

void Worker::completed(Handle handle, Attempt& a, Now now) {
    if (!a.counted) {
        ++now_counted_.completed;
        if (a.kind == Kind::call)
            now_counted_.release.record(now.steady - a.released);
        else if (a.kind == Kind::options || a.kind == Kind::message)
            now_counted_.response.record(now.steady - a.intended);
        else
            now_counted_.registration.record(now.steady - a.intended);
    }
    count(a);
    erase(handle);
}

void Worker::on_established(Handle handle, Attempt& a, const message::Message& response, Now now) {
    ++now_counted_.established;
    now_counted_.establishment.record(now.steady - a.intended);
    acknowledge(a, response);
    a.state = State::established;
    if (stopping_) return release(handle, a, now);
    wheel_.arm(a, now.steady + plan_.hold);
}

// §12.1.2, §13.2.2.4: the route set is the Record-Route turned around; the ACK has the number of its INVITE and a branch of its own.
void Worker::acknowledge(Attempt& a, const message::Message& response) {
    a.to = response.value(HeaderId::to);
    a.target = request_uri(a);
    if (const auto contact = message::parse_name_addr(response.value(HeaderId::contact))) a.target = contact->uri;
    std::vector<std::string_view> routes;
    message::ListReader reader(response, HeaderId::record_route);
    while (const auto item = reader.next()) routes.push_back(item->text);
    std::ranges::reverse(routes);
    for (const std::string_view route : routes) fmt::format_to(std::back_inserter(a.routes), "Route: {}\r\n", route);
    const auto first = routes.empty() ? std::unexpected(message::ParseError{}) : message::parse_name_addr(routes.front());
    a.hop = hop_of(a, first ? first->uri : std::string_view(a.target));
    branch_ = "z9hG4bK" + to_hex(SipHash(key_).add("ack").add(a.number).finish());
    a.ack.clear();
    write(a.ack, a, "ACK", a.target, branch_, {});
    outbox_.send(a.hop, a.ack, {});
}

// Only where the plan allows: what a peer writes into its headers must not send us to strangers.
transport::Flow Worker::hop_of(const Attempt& a, std::string_view next) const {
    transport::Flow flow = flow_of(a.caller);
    const auto uri = message::parse_uri(next);
    const auto target = uri ? transport::target_of(*uri) : std::nullopt;
    const bool usable = target && target->address && target->protocol == plan_.protocol && target->address->is_v6() == plan_.target.address.is_v6();
    if (usable && (plan_.allow_remote || target->address->is_loopback())) flow.remote = {*target->address, target->port};
    return flow;
}

void Worker::release(Handle handle, Attempt& a, Now now) {
    a.state = State::releasing;
    a.answers = 0;
    a.released = now.steady;
    a.Timer::cancel();
    send(handle, a, {}, now);
}

// A call is cancelled and stays until its final response; all else is forgotten at once.
void Worker::give_up(Handle handle, Attempt& a, Now now) {
    count(a);
    a.Timer::cancel();
    if (a.kind == Kind::call) {
        a.state = State::abandoned;
        return layer_.cancel(a.transaction, {}, now);
    }
    layer_.abandon(a.transaction);
    erase(handle);
}

void Worker::on_timer(Attempt& a, Now now) {
    const Handle handle = Slab<Attempt>::handle_of(a);
    if (a.state == State::established) return release(handle, a, now);
    if (a.state == State::resting) {
        a.state = State::trying;
        a.answers = 0;
        wheel_.arm(a, now.steady + plan_.threshold);
        return send(handle, a, {}, now);
    }
    ++now_counted_.timeouts;
    give_up(handle, a, now);
}

void Worker::on_failure(transaction::ClientId id, Handle cookie, Failure failure, Now) {
    Attempt* a = attempts_.find(cookie);
    if (a == nullptr || id != a->transaction) return;
    if (!a->counted) ++(failure == Failure::timeout ? now_counted_.timeouts : now_counted_.transport_errors);
    count(*a);
    erase(cookie);
}

}  // namespace offhook::cli::storm
