#include "tests/sim/server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <stdexcept>

#include "offhook/charging/tariff_csv.hpp"
#include "tests/sim/phone.hpp"

namespace offhook::sim {

namespace {

// Read as the program reads it, once for all worlds.
std::shared_ptr<const daemon::Config> config(Server::Callers callers) {
    const auto read = [](const std::string& more) {
        auto config = daemon::parse("domains = [\"example.com\"]\n" + more, "sim.toml");
        if (!config) throw std::runtime_error(config.error());
        return std::make_shared<const daemon::Config>(std::move(*config));
    };
    static const auto trusting = read("[auth]\ntrusted = [\"10.0.0.0/8\"]\n");
    static const auto charging = read("[auth]\nalgorithms = [\"MD5\"]\n[charging]\nslice = \"10s\"\n");
    return callers == Server::Callers::paying ? charging : trusting;
}

charging::Tariff tariff() {
    auto read = charging::read_tariff({"sim", *charging::Currency::parse("EUR"), {}, false}, "prefix,price_per_minute,first_increment\nb,0.60,3\n");
    if (!read) throw std::runtime_error("the tariff has mistakes");
    return std::move(*read);
}

void draw(SipKey& key, World& world) {
    key.k0 = world.random.next();
    key.k1 = world.random.next();
}

}  // namespace

Server::Server(World& world, Observer& observer, const Endpoint& at, Callers callers)
    : world_(world),
      observer_(observer),
      at_(at),
      callers_(callers),
      listeners_({{transport::Protocol::udp, at, {}, 0}}),
      bindings_([](Ticket, bool, Now) {}, Duration{0}),
      records_(world.wheel, world.now, [this](Ticket ticket, bool ok, Now now) { core_->on_committed(ticket, ok, now); }),
      charges_(records_, [this](Ticket ticket, const accounting::Grant& grant, Now now) { core_->on_granted(ticket, grant, now); }),
      replays_(SipKey{}, {}, world.now.utc) {
    charges_.tariff = tariff();
    charges_.slice = config(callers)->accounting.slice;
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
                                  .charges = charges_,
                                  .replays = replays_,
                                  .observer = observer_,
                                  .own_nonce = {},
                                  .last_record = last_record};
    core_ = std::make_unique<daemon::Core>(parts, config(callers_), secrets_, world_.now);
}

void Server::restart() {
    world_.note("the server starts anew");
    dying_ = true;
    core_.reset();
    dying_ = false;
    records_.lose_pending();
    charges_.reconcile();
    start();
    for (const auto& [id, row] : records_.rows()) {
        if (!row.in_progress()) continue;
        accounting::CallRecord record = row;
        record.granted = charges_.granted(id);
        core_->adopt(record, world_.now);
    }
}

auth::UserSnapshot Server::find(std::string_view domain, std::string_view name) const {
    auth::UserSnapshot& known = users_[std::string(name)];
    if (known) return known;
    auth::User user;
    if (callers_ == Callers::paying) {
        auth::Hasher hasher;
        user.name = name;
        user.domain = user.realm = domain;
        user.ha1[0] = auth::hash_password(hasher, auth::Algorithm::md5, name, domain, domain, password);
        if (name.starts_with('a')) user.account = account;  // a caller
    }
    return known = std::make_shared<const auth::User>(std::move(user));
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
