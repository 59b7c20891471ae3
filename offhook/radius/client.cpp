#include "offhook/radius/client.hpp"

#include <algorithm>
#include <utility>

namespace offhook::radius {

Client::Client(ClientConfig config, const SipKey& key) : config_(std::move(config)), key_(key) {
    servers_.reserve(config_.secrets.size());
    for (const std::string& secret : config_.secrets)
        servers_.push_back({secret, Breaker(config_.failures, config_.pause), std::vector<Identifiers>(config_.ports), {}, 0, {}});
}

std::uint64_t Client::draw() { return SipHash(key_).add(++draws_).finish(); }

/// base + RAND*of, RAND being drawn from -0.1 to +0.1 (RFC 5080 §2.2.1).
Duration Client::jittered(Duration base, Duration of) {
    const auto thousandths = static_cast<Duration::rep>(draw() % 201) - 100;
    return base + of * thousandths / 1000;
}

void Client::arm(Handle handle, Pending& pending, Instant at) {
    disarm(handle, pending);
    pending.due = at;
    timers_.insert({at, handle});
}

void Client::ask(Question&& question, Now now, Actions& out) {
    if (pending_.size() >= config_.queue) {
        out.push_back({.kind = Action::Kind::complete, .outcome = Outcome::too_many, .ticket = question.ticket});
        return;
    }
    const Handle handle = pending_.emplace();
    Pending& pending = *pending_.find(handle);
    pending.question = std::move(question);
    if (!pending.question.session.empty()) {
        const auto [place, first] = sessions_.try_emplace(pending.question.session);
        if (!first) return place->second.push_back(handle);
    }
    begin(handle, now, out);
}

void Client::begin(Handle handle, Now now, Actions& out) {
    Pending& pending = *pending_.find(handle);
    pending.deadline = now.steady + config_.deadline;
    pending.tried.assign(servers_.size(), false);
    try_next(handle, now, out);
}

// The first server in order that was not tried and is worth asking.
std::optional<std::uint16_t> Client::next_server(const Pending& pending, Now now) const {
    for (std::size_t s = 0; s < servers_.size(); ++s)
        if (!pending.tried[s] && servers_[s].breaker.allows(now.steady)) return static_cast<std::uint16_t>(s);
    return std::nullopt;
}

void Client::try_next(Handle handle, Now now, Actions& out) {
    Pending& pending = *pending_.find(handle);
    if (const auto server = next_server(pending, now)) {
        if (!send(handle, *server, now, out)) {
            servers_[*server].waiting.push_back(handle);
            arm(handle, pending, pending.deadline);
        }
        return;
    }
    const bool asked = std::ranges::find(pending.tried, true) != pending.tried.end();
    complete(handle, asked ? Outcome::no_answer : Outcome::all_dead, now, out);
}

/// False if all identifiers towards that server are in use.
bool Client::send(Handle handle, std::uint16_t server, Now now, Actions& out) {
    Pending& pending = *pending_.find(handle);
    Server& to = servers_[server];
    std::optional<std::uint8_t> identifier;
    for (std::size_t i = 0; i < to.ports.size() && !identifier; ++i) {
        to.last_port = static_cast<std::uint16_t>((to.last_port + 1u) % to.ports.size());
        identifier = to.ports[to.last_port].take(handle);
    }
    if (!identifier) return false;
    pending.server = server;
    pending.port = to.last_port;
    pending.identifier = *identifier;
    pending.sent = true;
    pending.refused = false;
    pending.tried[server] = true;
    pending.probe = to.breaker.state() != Breaker::State::up;
    if (pending.probe) to.breaker.begin_probe();
    if (config_.request == Code::access_request) {
        for (std::size_t half = 0; half < 2; ++half) {
            std::uint64_t bits = draw();
            for (std::size_t i = 0; i < 8; ++i, bits >>= 8) pending.authenticator[8 * half + i] = static_cast<char>(bits & 0xff);
        }
        sealer_.write_access_request(pending.packet, *identifier, pending.authenticator, pending.question.attributes, to.secret);
    } else {
        sealer_.write_accounting_request(pending.packet, *identifier, pending.question.attributes, to.secret);
        std::copy_n(pending.packet.begin() + 4, pending.authenticator.size(), pending.authenticator.begin());
    }
    ++counters_.sent;
    pending.sendings = 1;
    pending.timeout = jittered(config_.initial_timeout, config_.initial_timeout);
    arm(handle, pending, std::min(now.steady + pending.timeout, pending.deadline));
    out.push_back({.kind = Action::Kind::send, .server = server, .port = pending.port, .octets = pending.packet});
    return true;
}

void Client::resend(Handle handle, Now now, Actions& out) {
    Pending& pending = *pending_.find(handle);
    ++counters_.resent;
    ++pending.sendings;
    const Duration last = pending.timeout;
    pending.timeout = jittered(2 * last, last);
    if (pending.timeout > config_.longest_timeout) pending.timeout = jittered(config_.longest_timeout, config_.longest_timeout);
    arm(handle, pending, std::min(now.steady + pending.timeout, pending.deadline));
    out.push_back({.kind = Action::Kind::send, .server = pending.server, .port = pending.port, .octets = pending.packet});
}

void Client::on_time(Now now, Actions& out) {
    while (!timers_.empty() && timers_.begin()->at <= now.steady) {
        const Handle handle = timers_.begin()->handle;
        Pending& pending = *pending_.find(handle);
        const bool over = now.steady >= pending.deadline;
        if (!pending.sent) {
            complete(handle, Outcome::no_answer, now, out);
        } else if (over) {
            // A server that had less than a whole timeout for it has not failed yet; a probe must end all the same.
            attempt_failed(handle, pending.sendings > 1 || pending.probe, now, out);
            complete(handle, Outcome::no_answer, now, out);
        } else if (!pending.probe && (pending.sendings < config_.attempts || pending.refused)) {
            resend(handle, now, out);
        } else {
            attempt_failed(handle, true, now, out);
            try_next(handle, now, out);
        }
    }
}

// The request leaves the server that it was sent to; a server that is dead from now on loses those that wait for it too.
void Client::attempt_failed(Handle handle, bool counts, Now now, Actions& out) {
    Pending& pending = *pending_.find(handle);
    const std::uint16_t server = pending.server;
    const bool probe = pending.probe;
    if (counts) ++counters_.unanswered;
    const bool died = counts && servers_[server].breaker.failed(probe, now.steady);
    if (died) {
        out.push_back({.kind = Action::Kind::down, .server = server});
        for (const Handle waiting : std::exchange(servers_[server].waiting, {}))
            if (pending_.find(waiting) != nullptr) try_next(waiting, now, out);
    }
    leave(handle, now, out);
}

void Client::leave(Handle handle, Now now, Actions& out) {
    Pending& pending = *pending_.find(handle);
    if (!pending.sent) return;
    servers_[pending.server].ports[pending.port].release(pending.identifier);
    disarm(handle, pending);
    pending.sent = pending.probe = false;
    serve_waiting(pending.server, now, out);
}

void Client::serve_waiting(std::uint16_t server, Now now, Actions& out) {
    auto& waiting = servers_[server].waiting;
    while (!waiting.empty()) {
        const Handle next = waiting.front();
        if (pending_.find(next) != nullptr && !send(next, server, now, out)) return;
        waiting.pop_front();
    }
}

void Client::on_datagram(std::uint16_t server, std::uint16_t port, std::string_view octets, Now now, Actions& out) {
    const auto packet = read_packet(octets);
    if (!packet) return drop(server, packet.error(), out);
    const Handle handle = servers_[server].ports[port].owner(packet->identifier);
    const Pending* pending = pending_.find(handle);
    if (pending == nullptr || !answers(packet->code, config_.request)) return drop(server, PacketError::not_asked, out);
    const std::string_view authenticator(pending->authenticator.data(), pending->authenticator.size());
    if (const auto genuine = sealer_.check(*packet, authenticator, servers_[server].secret); !genuine) return drop(server, genuine.error(), out);
    ++counters_.answered;
    if (servers_[server].breaker.answered()) out.push_back({.kind = Action::Kind::up, .server = server});
    complete(handle, Outcome::answered, now, out, packet->code, packet->attributes());
}

void Client::on_unreachable(std::uint16_t server, Now now, Actions& out) {
    std::vector<Handle> there;
    for (const Identifiers& port : servers_[server].ports)
        for (unsigned identifier = 0; identifier < 256; ++identifier)
            if (const Handle owner = port.owner(static_cast<std::uint8_t>(identifier))) there.push_back(owner);
    bool counted = false;
    for (const Handle handle : there) {
        Pending& pending = *pending_.find(handle);
        if (!pending.probe && !next_server(pending, now)) {
            pending.refused = true;
            continue;
        }
        attempt_failed(handle, !std::exchange(counted, true) || pending.probe, now, out);
        try_next(handle, now, out);
    }
}

void Client::drop(std::uint16_t server, PacketError error, Actions& out) {
    const auto reason = static_cast<std::size_t>(error);
    ++counters_.dropped[reason];
    if (!std::exchange(servers_[server].told[reason], true)) out.push_back({.kind = Action::Kind::dropped, .server = server, .error = error});
}

void Client::complete(Handle handle, Outcome outcome, Now now, Actions& out, Code code, std::string_view attributes) {
    Pending& pending = *pending_.find(handle);
    out.push_back(
        {.kind = Action::Kind::complete, .outcome = outcome, .code = code, .ticket = pending.question.ticket, .octets = std::string(attributes)});
    const std::string session = std::move(pending.question.session);
    disarm(handle, pending);
    leave(handle, now, out);
    pending_.erase(handle);
    if (!session.empty()) go_on(session, outcome == Outcome::answered, now, out);
}

void Client::go_on(const std::string& session, bool answered, Now now, Actions& out) {
    const auto found = sessions_.find(session);
    std::deque<Handle>& behind = found->second;
    if (answered && !behind.empty()) {
        const Handle next = behind.front();
        behind.pop_front();
        return begin(next, now, out);
    }
    for (const Handle handle : std::exchange(behind, {})) {
        out.push_back({.kind = Action::Kind::complete, .outcome = Outcome::earlier_failed, .ticket = pending_.find(handle)->question.ticket});
        pending_.erase(handle);
    }
    sessions_.erase(found);
}

}  // namespace offhook::radius
