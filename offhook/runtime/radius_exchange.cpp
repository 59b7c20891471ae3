#include "offhook/runtime/radius_exchange.hpp"

#include <poll.h>

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "offhook/runtime/clock.hpp"
#include "offhook/runtime/radius_socket.hpp"
#include "offhook/runtime/random.hpp"

namespace offhook::runtime {

namespace {

constexpr std::size_t largest_window = 64;  // requests that the default receive buffer of a server's socket surely holds
constexpr std::int64_t longest_wait = std::chrono::milliseconds(std::chrono::floor<std::chrono::milliseconds>(Closing::glance)).count();
constexpr std::size_t patience = 64;        // packets read from a socket before time is looked at

}  // namespace

struct RadiusExchange::Turn {
    const std::function<void(std::size_t)>& answered;
    std::size_t open = 0;  ///< asked and not done
    std::optional<radius::Outcome> failed{};
};

RadiusExchange::RadiusExchange(RadiusConfig config, const Closing& closing)
    : config_(std::move(config)),
      closing_(closing),
      client_(config_.client, random_key()),
      sockets_(config_.servers.size() * config_.client.ports),
      buffer_(radius::largest_packet) {}

std::expected<void, std::string> RadiusExchange::ask(std::span<const Question> questions, const std::function<void(std::size_t)>& answered) {
    Turn turn{answered};
    for (std::size_t next = 0;;) {
        Now now = read_clock();
        while (!turn.failed && next < questions.size() && turn.open < window_) {
            const Ticket ticket{0, 0, {static_cast<std::uint32_t>(next), 1}};
            ++turn.open;
            client_.ask({ticket, questions[next].attributes, questions[next].session}, now, actions_);
            ++next;
            carry_out(turn, now);
        }
        if (turn.open == 0 && (turn.failed || next == questions.size())) break;
        if (turn.open == 0) continue;
        if (closing_.reached()) return std::unexpected("no answer before the end");
        wait();
        now = read_clock();
        receive(now);
        client_.on_time(now, actions_);
        carry_out(turn, now);
    }
    if (!turn.failed) return {};
    window_ = 1;
    return std::unexpected(failure(*turn.failed));
}

// What the client wants done may show that a server is unreachable, which may make it want more: each request tries each server once, so this ends.
void RadiusExchange::carry_out(Turn& turn, Now now) {
    while (!actions_.empty() || !unreachable_.empty()) {
        std::swap(now_doing_, actions_);
        for (const radius::Action& action : now_doing_) {
            if (action.kind == radius::Action::Kind::send) send(action.server, action.port, action.octets);
            if (action.kind == radius::Action::Kind::dropped) dropped_ = radius::name_of(action.error);
            if (action.kind != radius::Action::Kind::complete) continue;
            --turn.open;
            if (action.outcome == radius::Outcome::answered) {
                window_ = std::min(window_ + 1, largest_window);
                dropped_.clear();
                turn.answered(action.ticket.handle.slot);
            } else if (!turn.failed) {
                turn.failed = action.outcome;
            }
        }
        now_doing_.clear();
        for (const std::uint16_t server : std::exchange(unreachable_, {})) client_.on_unreachable(server, now, actions_);
    }
}

void RadiusExchange::wait() {
    std::vector<pollfd> watched;
    watched.reserve(sockets_.size());
    for (const Descriptor& socket : sockets_) watched.push_back({socket.get(), POLLIN, 0});  // of one that is not open: passed over
    const auto due = client_.next_due();
    if (!due) return;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*due - read_clock().steady);
    std::ignore = ::poll(watched.data(), watched.size(), static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, longest_wait)));
}

void RadiusExchange::receive(Now now) {
    for (std::size_t slot = 0; slot < sockets_.size(); ++slot) {
        if (!sockets_[slot]) continue;
        const auto server = static_cast<std::uint16_t>(slot / config_.client.ports), port = static_cast<std::uint16_t>(slot % config_.client.ports);
        for (std::size_t i = 0; i < patience; ++i) {
            const RadiusReceived received = receive_radius(sockets_[slot].get(), buffer_);
            if (received.kind == RadiusReceived::Kind::nothing) break;
            if (received.kind == RadiusReceived::Kind::packet)
                client_.on_datagram(server, port, {buffer_.data(), received.size}, now, actions_);
            else
                unreachable_.push_back(server);
        }
    }
}

void RadiusExchange::send(std::uint16_t server, std::uint16_t port, const std::string& octets) {
    Descriptor& socket = sockets_[std::size_t{server} * config_.client.ports + port];
    if (!socket) socket = open_radius_socket(config_.servers[server]);
    if (!socket || !send_radius(socket.get(), octets)) unreachable_.push_back(server);
}

std::string RadiusExchange::failure(radius::Outcome outcome) const {
    std::string servers;
    for (const Endpoint& server : config_.servers) servers += (servers.empty() ? "" : ", ") + server.text();
    std::string text = outcome == radius::Outcome::all_dead ? "left alone for a while after many requests without an answer: " : "no answer: ";
    text += servers;
    if (!dropped_.empty()) return text + " (what came was dropped: " + dropped_ + ')';
    return text + " (does it run, and know this host and the same secret?)";
}

}  // namespace offhook::runtime
