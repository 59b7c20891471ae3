#include "tests/sim/server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <stdexcept>

namespace offhook::sim {

namespace {

// Read as the program reads it, once for all worlds.
std::shared_ptr<const daemon::Config> config() {
    static const auto config = [] {
        auto read = daemon::parse("domains = [\"example.com\"]\n[auth]\ntrusted = [\"10.0.0.0/8\"]\n", "sim.toml");
        if (!read) throw std::runtime_error(read.error());
        return std::make_shared<const daemon::Config>(std::move(*read));
    }();
    return config;
}

void draw(SipKey& key, World& world) {
    key.k0 = world.random.next();
    key.k1 = world.random.next();
}

}  // namespace

Server::Server(World& world, Observer& observer, const Endpoint& at)
    : world_(world),
      observer_(observer),
      at_(at),
      listeners_({{transport::Protocol::udp, at, {}, 0}}),
      bindings_([](Ticket, bool, Now) {}, Duration{0}),
      records_(world.wheel, world.now, [this](Ticket ticket, bool ok, Now now) { core_->on_committed(ticket, ok, now); }),
      replays_(SipKey{}, {}, world.now.utc) {
    draw(secrets_.relay, world);
    draw(secrets_.loop, world);
    start();
    world.attach(at, *this, "server");
}

void Server::start() {
    draw(secrets_.branch, world_);
    draw(secrets_.table, world_);
    std::uint64_t last_record = 0;
    for (const auto& [id, record] : records_.rows()) last_record = std::max(last_record, id);
    const daemon::CoreParts parts{.shard = 0,
                                  .wheel = world_.wheel,
                                  .sender = *this,
                                  .resolver = *this,
                                  .listeners = listeners_,
                                  .bindings = bindings_,
                                  .users = *this,
                                  .records = records_,
                                  .replays = replays_,
                                  .observer = observer_,
                                  .own_nonce = {},
                                  .last_record = last_record};
    core_ = std::make_unique<daemon::Core>(parts, config(), secrets_, world_.now);
}

void Server::restart() {
    world_.note("the server starts anew");
    dying_ = true;
    core_.reset();
    dying_ = false;
    records_.lose_pending();
    start();
    for (const auto& [id, record] : records_.rows())
        if (record.in_progress()) core_->adopt(record, world_.now);
}

void Server::bind(const CallScript& call, const std::vector<Endpoint>& phones, const Endpoint& nowhere) {
    std::deque<std::string> contacts;
    std::vector<location::Binding> bindings;
    for (const LegScript& leg : call.legs) {
        const Endpoint& place = leg.act == LegScript::Act::dead ? nowhere : phones[leg.phone];
        location::Binding binding;
        binding.contact = contacts.emplace_back(fmt::format("sip:{}@{}", leg.user, place.text()));
        binding.q = leg.q;
        binding.expires = world_.now.utc + std::chrono::hours(1);
        binding.call_id = leg.user;
        binding.flow.local = at_;
        binding.flow.remote = place;
        binding.registered = world_.now.utc;
        bindings.push_back(binding);
    }
    bindings_.commit(location::make_snapshot({call.callee + "@example.com", bindings}), {});
    bindings_.advance(world_.now);
}

void Server::on_datagram(std::string_view bytes, const transport::Flow& from, Now now) {
    message::Message message;
    if (const auto indexed = message.index(bytes); !indexed) return core_->on_malformed(message, indexed.error(), from, now);
    core_->on_message(message, from, now);
}

void Server::send(const transport::Flow& flow, std::string_view bytes, transport::SendTag) {
    if (!dying_) world_.send(flow.local, flow.remote, bytes);
}

}  // namespace offhook::sim
