#include "offhook/runtime/radius.hpp"

#include <utility>

#include "offhook/runtime/radius_socket.hpp"
#include "offhook/runtime/random.hpp"

namespace offhook::runtime {

namespace {

constexpr int batch = 64;  // datagrams read from one socket before others have their turn

}  // namespace

Radius::Radius(const RadiusConfig& config, Loop& loop, std::uint32_t cookie_kind, Mailer& mailer, RadiusWatch watch, RadiusCounters& counters)
    : config_(config),
      loop_(loop),
      cookie_kind_(cookie_kind),
      mailer_(mailer),
      watch_(std::move(watch)),
      counters_(counters),
      client_(config.client, random_key()),
      sockets_(config.servers.size() * config.client.ports),
      buffer_(radius::largest_packet) {
    for (std::uint32_t slot = 0; slot < sockets_.size(); ++slot) open(static_cast<std::uint16_t>(slot / config.client.ports), slot);
}

Radius::~Radius() {
    for (const Socket& socket : sockets_)
        if (socket.watch) loop_.close(socket.watch);
}

// A socket that cannot be had now is tried again when it is needed: until then its server counts as unreachable.
void Radius::open(std::uint16_t server, std::uint32_t slot) {
    Descriptor descriptor = open_radius_socket(config_.servers[server]);
    if (!descriptor) return;
    const int fd = descriptor.release();
    sockets_[slot] = {fd, loop_.watch(fd, {cookie_kind_, {slot, 1}})};
    loop_.want_read(sockets_[slot].watch);
}

void Radius::ask(radius::Question&& question, Now now) {
    client_.ask(std::move(question), now, actions_);
    carry_out(now);
}

void Radius::on_time(Now now) {
    client_.on_time(now, actions_);
    carry_out(now);
}

void Radius::on_ready(const Loop::Ready& ready, Now now) {
    const std::uint32_t slot = ready.cookie.handle.slot;
    if (slot >= sockets_.size() || sockets_[slot].descriptor < 0) return;
    const auto server = static_cast<std::uint16_t>(slot / config_.client.ports), port = static_cast<std::uint16_t>(slot % config_.client.ports);
    for (int i = 0; i < batch; ++i) {
        const RadiusReceived received = receive_radius(sockets_[slot].descriptor, buffer_);
        if (received.kind == RadiusReceived::Kind::nothing) break;
        if (received.kind == RadiusReceived::Kind::packet)
            client_.on_datagram(server, port, {buffer_.data(), received.size}, now, actions_);
        else
            unreachable_.push_back(server);
    }
    loop_.want_read(sockets_[slot].watch);
    carry_out(now);
}

// What the client wants done may show that a server is unreachable, which may make it want more: each request tries each server once, so
// this ends.
void Radius::carry_out(Now now) {
    while (!actions_.empty() || !unreachable_.empty()) {
        std::swap(now_doing_, actions_);
        for (radius::Action& action : now_doing_) {
            if (action.kind == radius::Action::Kind::send)
                send(action.server, action.port, action.octets);
            else if (action.kind == radius::Action::Kind::complete)
                answer(std::move(action));
            else
                report(action);
        }
        now_doing_.clear();
        for (const std::uint16_t server : std::exchange(unreachable_, {})) client_.on_unreachable(server, now, actions_);
    }
    counters_.note(client_.counters());
}

void Radius::send(std::uint16_t server, std::uint16_t port, const std::string& octets) {
    const std::uint32_t slot = std::uint32_t{server} * config_.client.ports + port;
    if (sockets_[slot].descriptor < 0) open(server, slot);
    if (sockets_[slot].descriptor < 0 || !send_radius(sockets_[slot].descriptor, octets)) unreachable_.push_back(server);
}

void Radius::report(const radius::Action& action) const {
    const Endpoint& server = config_.servers[action.server];
    if (action.kind == radius::Action::Kind::dropped) {
        if (watch_.dropped) watch_.dropped(server, action.error);
    } else if (watch_.turned) {
        watch_.turned(server, action.kind == radius::Action::Kind::up);
    }
}

void Radius::answer(radius::Action&& action) {
    Mail mail;
    mail.kind = Mail::Kind::radius;
    mail.ok = action.outcome == radius::Outcome::answered;
    mail.ticket = action.ticket;
    mail.numbers[0] = static_cast<std::uint64_t>(action.outcome);
    mail.numbers[1] = static_cast<std::uint64_t>(action.code);
    mail.bytes = std::move(action.octets);
    mailer_.post(mail.ticket.shard, std::move(mail));
}

}  // namespace offhook::runtime
