#include "tests/sim/simulation.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "offhook/base/text.hpp"
#include "offhook/message/name_addr.hpp"

namespace offhook::sim {

using namespace std::chrono_literals;

namespace {

Endpoint at(const char* text) { return *Endpoint::parse(text); }

const Endpoint server_at = at("10.0.0.1:5060"), caller_at = at("10.0.1.1:5060"), nowhere = at("10.0.9.9:5060");
const std::vector<Endpoint> callees_at{at("10.0.2.1:5060"), at("10.0.2.2:5060")};

Links links_of(Random random) {
    constexpr unsigned losses[] = {0, 10, 50, 150, 250};
    Links links;
    links.loss = losses[random.below(std::size(losses))];
    links.repeat = random.chance(500) ? 0 : 80;
    links.straggle = random.chance(500) ? 0 : 60;
    links.most = random.chance(500) ? 5ms : 120ms;
    return links;
}

std::string_view tag(const message::Message& m, message::HeaderId id) {
    const auto value = message::parse_name_addr(m.value(id));
    return value ? value->tag() : std::string_view{};
}

}  // namespace

Simulation::Simulation(std::uint64_t seed, Kind kind, bool tracing)
    : kind_(kind),
      links_(links_of(Random(seed).fork(1))),
      world_(Random(seed).next(), links_),
      server_(world_, observer_, server_at, kind == Kind::charged ? Server::Callers::paying : Server::Callers::trusted),
      caller_(world_, ledger_, observer_, "caller", caller_at, server_at),
      callees_{{world_, ledger_, observer_, "callee1", callees_at[0], server_at}, {world_, ledger_, observer_, "callee2", callees_at[1], server_at}} {
    world_.tracing = tracing;
    Random random = Random(seed).fork(2);
    slow_ = kind == Kind::undisturbed && random.chance(150);
    server_.records().delay = slow_ ? random.between(0ms, 3s) : random.between(0ms, 12ms);
    place_calls(random);
    world_.on_arrival = [this](const Endpoint& from, const Endpoint& to, std::string_view bytes) {
        if (to == server_at) on_arrival(from, bytes);
    };
    world_.on_departure = [this](const Endpoint& from, const Endpoint& to, std::string_view bytes) {
        if (from == server_at) on_departure(to, bytes);
    };
    restarts_ = kind == Kind::restarted || (kind == Kind::charged && random.chance(300));
    if (kind == Kind::charged) {
        deposit_ = static_cast<charging::Micros>(random.below(3'000'000));  // 300 s, of which no more than all calls could need
        server_.charges().credit(std::string(Server::account), deposit_);
    }
    if (!restarts_) return;
    ledger_.restarted = true;
    world_.wheel.arm(restart_, world_.now.steady + random.between(100ms, 40s));
}

void Simulation::place_calls(Random random) {
    for (std::size_t i = 0; i < calls_in_a_world; ++i) {
        CallView call;
        call.script = draw_script(random.fork(i), i, callee_phones);
        // Nobody waits for ever: for an answer that was lost each time, for a server that has forgotten the call.
        if (!call.script.patience) call.script.patience = kind_ == Kind::undisturbed ? 240s : 60s;
        server_.bind(call.script, callees_at, nowhere);
        const std::string id = call.script.call_id;
        wires_[id].lossless = links_.loss == 0;
        caller_.place(ledger_.calls.emplace(id, std::move(call)).first->second);
    }
}

Outcome Simulation::run() {
    Outcome outcome;
    if (!world_.run_until_quiet(5h)) outcome.wrong.emplace_back("the world does not come to rest");
    std::map<std::string, std::vector<accounting::CallRecord>, std::less<>> records;
    for (const auto& [id, record] : server_.records().rows()) records[record.sip_call_id].push_back(record);
    for (const auto& [id, call] : ledger_.calls) {
        auto wrong = kind_ == Kind::undisturbed ? judge(call, wires_[id], records[id], outcome.tally)
                     : kind_ == Kind::charged   ? judge_charged(call, records[id], restarts_, outcome.tally)
                                                : judge_after_restart(call, wires_[id], records[id]);
        for (std::string& text : wrong) outcome.wrong.push_back(std::move(text));
    }
    for (auto* list : {&ledger_.oddities, &early_}) outcome.wrong.insert(outcome.wrong.end(), list->begin(), list->end());
    nothing_left(outcome.wrong);
    if (kind_ == Kind::charged) nothing_overspent(outcome);
    outcome.adopted = server_.core().accounting().counters().adopted;
    outcome.hash = world_.hash();
    outcome.sent = world_.sent();
    outcome.trace = std::move(world_.trace);
    return outcome;
}

void Simulation::nothing_left(std::vector<std::string>& wrong) {
    const auto check = [&wrong](std::string_view what, std::size_t left) {
        if (left != 0) wrong.push_back(fmt::format("left behind: {} {}", left, what));
    };
    const transaction::Layer* const layers[] = {&server_.core().layer(), &caller_.layer(), &callees_[0].layer(), &callees_[1].layer()};
    for (const transaction::Layer* layer : layers) {
        check("server transactions", layer->server_count());
        check("client transactions", layer->client_count());
        check("requests", layer->request_count());
    }
    check("calls in accounting", server_.core().accounting().idle() ? 0 : 1);
    check("something in the core", server_.core().idle() ? 0 : 1);
    check("rows on their way", server_.records().idle() ? 0 : 1);
    check("timers", world_.wheel.size());
}

// What was paid in is what the calls cost and what is left, whatever happened at the same time.
void Simulation::nothing_overspent(Outcome& outcome) {
    const auto check = [&outcome](std::string_view what, bool right) {
        if (!right) outcome.wrong.push_back(fmt::format("money: {}", what));
    };
    const auto& account = server_.charges().accounts.find(Server::account)->second;
    charging::Micros prices = 0;
    for (const auto& [id, record] : server_.records().rows())
        if (record.rated) prices += record.rated->price;
    check("the prices and the balance are the deposit", prices + account.balance == deposit_);
    check("the credit was overspent", account.least >= 0 && account.balance >= 0);
    check("a call was longer than what it paid for", account.unpaid == 0);
    check("something is still reserved", account.reserved == 0 && server_.charges().reservations() == 0);
}

void Simulation::on_arrival(const Endpoint& from, std::string_view bytes) {
    const bool invite = bytes.starts_with("INVITE "), bye = bytes.starts_with("BYE ");
    if (!invite && !bye) return;
    message::Message m;
    if (!m.index(bytes)) return;
    WireView& wire = wires_[std::string(m.value(message::HeaderId::call_id))];
    const bool from_caller = from == caller_at;
    if (invite) wire.invited = true;
    else wire.byes[std::string(tag(m, from_caller ? message::HeaderId::to : message::HeaderId::from))].push_back({world_.now.utc, from_caller});
}

// What the server tells at last, and whether that was durable by then (unless the store takes too long for it).
void Simulation::on_departure(const Endpoint& to, std::string_view bytes) {
    if (!bytes.starts_with("SIP/2.0 ") || bytes.starts_with("SIP/2.0 1")) return;
    message::Message m;
    if (!m.index(bytes)) return;
    if (m.method() == message::Method::bye) return on_release(m);
    if (m.method() != message::Method::invite || to != caller_at || m.status() == 407) return;
    const std::string id(m.value(message::HeaderId::call_id)), to_tag(tag(m, message::HeaderId::to));
    WireView& wire = wires_[id];
    const bool success = m.status() < 300;
    if (success ? !wire.answers.insert(to_tag).second : !wire.failures.insert(m.status()).second) return;
    if (slow_) return;
    for (const auto& [row, record] : server_.records().rows())
        if (record.sip_call_id == id && (success ? record.to_tag == to_tag : record.status == m.status())) return;
    early_.push_back(fmt::format("{}: {} left before it was on record", id, m.status()));
}

// Whoever hung up is told that the call is over: then the closed record is durable.
void Simulation::on_release(const message::Message& response) {
    if (slow_) return;
    const std::string_view id = response.value(message::HeaderId::call_id);
    const std::string_view from = tag(response, message::HeaderId::from), to = tag(response, message::HeaderId::to);
    for (const auto& [row, record] : server_.records().rows())
        if (record.sip_call_id == id && (record.to_tag == to || record.to_tag == from) && record.in_progress())
            early_.push_back(fmt::format("{}: the answer to a BYE left before the end was on record", id));
}

std::string lines(const std::vector<std::string>& texts) {
    std::string out;
    for (const std::string& text : texts) out += text + '\n';
    return out;
}

std::optional<std::uint64_t> only_seed() {
    const char* seed = std::getenv("OFFHOOK_SIM_SEED");
    return seed == nullptr ? std::nullopt : to_number<std::uint64_t>(seed);
}

}  // namespace offhook::sim
