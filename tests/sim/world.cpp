#include "tests/sim/world.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace offhook::sim {

namespace {
constexpr UtcTime birth = std::chrono::sys_days(std::chrono::year(2026) / 5 / 1);
}

World::World(std::uint64_t seed, const Links& links) : now{Instant{}, birth}, wheel(Instant{}), random(seed), links_(links) {}

void World::attach(const Endpoint& at, Node& node, std::string name) { nodes_[at] = {&node, std::move(name)}; }

void World::send(const Endpoint& from, const Endpoint& to, std::string_view bytes) {
    ++sent_;
    if (on_departure) on_departure(from, to, bytes);
    // The draws do not depend on each other's outcome: a change of one rate leaves the rest of a seed as it was.
    const bool lost = random.chance(links_.loss), repeated = random.chance(links_.repeat);
    record(lost || !nodes_.contains(to) ? "lost" : repeated ? "sent twice" : "sent", from, to, bytes);
    if (lost || !nodes_.contains(to)) return;
    queue(from, to, bytes);
    if (repeated) queue(from, to, bytes);
}

void World::queue(const Endpoint& from, const Endpoint& to, std::string_view bytes) {
    Duration delay = random.between(links_.least, links_.most);
    if (random.chance(links_.straggle)) delay += random.between(Duration{0}, links_.late);
    packets_.push({now.steady + delay, order_++, from, to, std::string(bytes)});
}

void World::deliver(const Packet& packet) {
    record("arrived", packet.from, packet.to, packet.bytes);
    if (on_arrival) on_arrival(packet.from, packet.to, packet.bytes);
    transport::Flow flow;
    flow.local = packet.to;
    flow.remote = packet.from;
    nodes_.at(packet.to).node->on_datagram(packet.bytes, flow, now);
}

bool World::run_until_quiet(Duration limit) {
    const Instant end = now.steady + limit;
    for (;;) {
        const auto timer = wheel.next_due();
        if (!timer && packets_.empty()) return true;
        Instant next = timer.value_or(Instant::max());
        if (!packets_.empty()) next = std::min(next, packets_.top().at);
        if (next > end) return false;
        const Duration step = std::max(next - now.steady, Duration{0});
        now = {now.steady + step, now.utc + step};
        wheel.advance(now);
        while (!packets_.empty() && packets_.top().at <= now.steady) {
            const Packet packet = packets_.top();
            packets_.pop();
            deliver(packet);
        }
    }
}

std::string World::name_of(const Endpoint& at) const {
    const auto found = nodes_.find(at);
    return found == nodes_.end() ? at.text() : found->second.name;
}

void World::record(std::string_view what, const Endpoint& from, const Endpoint& to, std::string_view bytes) {
    const auto mix = [this](std::uint64_t value) { hash_ = (hash_ ^ value) * 0x9fb21c651e98df25U + (hash_ >> 29); };
    mix(static_cast<std::uint64_t>((now.steady - Instant{}).count()));
    mix(std::hash<std::string_view>{}(what));
    mix(std::hash<std::string_view>{}(bytes));
    mix(from.port + (std::uint64_t{to.port} << 16) + (std::uint64_t{from.address.octets()[3]} << 32) + (std::uint64_t{to.address.octets()[3]} << 40));
    if (!tracing) return;
    const auto line_of = [bytes](std::string_view name) {
        const auto at = bytes.find(name);
        return at == std::string_view::npos ? std::string_view{} : bytes.substr(at + 2, bytes.find("\r\n", at + 2) - at - 2);
    };
    note(fmt::format("{:>8} -> {:<8} {:<10} {} [{} | {} | {}]", name_of(from), name_of(to), what, bytes.substr(0, bytes.find("\r\n")),
                     line_of("\r\nCSeq:"), line_of("\r\nCall-ID:"), line_of("\r\nTo:")));
}

void World::note(std::string_view text) {
    if (tracing) trace.push_back(fmt::format("{:12.6f} {}", std::chrono::duration<double>(now.steady - Instant{}).count(), text));
}

}  // namespace offhook::sim
