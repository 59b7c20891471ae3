// 10,000 calls by seed, over good and bad links, with a quick and a slow store: everybody agrees on how each one ended,
// each ACK reaches whom it is for, nothing is left, and a seed replays identically.
//
// One world holds several calls at once. A world that fails says its seed; OFFHOOK_SIM_SEED=n runs that one alone and prints it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "offhook/base/text.hpp"
#include "offhook/message/name_addr.hpp"
#include "tests/sim/judge.hpp"
#include "tests/sim/phone.hpp"
#include "tests/sim/server.hpp"

namespace offhook::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t calls_in_a_world = 20, worlds = 500, callee_phones = 2;

Endpoint at(const char* text) { return *Endpoint::parse(text); }

struct Outcome {
    std::vector<std::string> wrong, trace;
    std::uint64_t hash = 0, sent = 0;
    Tally tally;
};

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

class Simulation {
public:
    Simulation(std::uint64_t seed, bool tracing) : links_(links_of(Random(seed).fork(1))), world_(Random(seed).next(), links_) {
        world_.tracing = tracing;
        Random random = Random(seed).fork(2);
        auto& store = server_.records();
        slow_ = random.chance(150);
        store.delay = slow_ ? random.between(0ms, 3s) : random.between(0ms, 12ms);
        for (std::size_t i = 0; i < calls_in_a_world; ++i) {
            CallView call;
            call.script = draw_script(random.fork(i), i, callee_phones);
            server_.bind(call.script, {at("10.0.2.1:5060"), at("10.0.2.2:5060")}, at("10.0.9.9:5060"));
            const std::string id = call.script.call_id;
            wires_[id].lossless = links_.loss == 0;
            caller_.place(ledger_.calls.emplace(id, std::move(call)).first->second);
        }
        world_.on_arrival = [this](const Endpoint& from, const Endpoint& to, std::string_view bytes) {
            if (to == server_at_) on_arrival(from, bytes);
        };
        world_.on_departure = [this](const Endpoint& from, const Endpoint& to, std::string_view bytes) {
            if (from == server_at_ && to == caller_at_) on_departure(bytes);
        };
    }

    Outcome run() {
        Outcome outcome;
        if (!world_.run_until_quiet(5h)) outcome.wrong.emplace_back("the world does not come to rest");
        std::map<std::string, std::vector<accounting::CallRecord>, std::less<>> records;
        for (const auto& [id, record] : server_.records().rows()) records[record.sip_call_id].push_back(record);
        for (const auto& [id, call] : ledger_.calls)
            for (std::string& text : judge(call, wires_[id], records[id], outcome.tally)) outcome.wrong.push_back(std::move(text));
        for (auto* list : {&ledger_.oddities, &early_}) outcome.wrong.insert(outcome.wrong.end(), list->begin(), list->end());
        nothing_left(outcome.wrong);
        outcome.hash = world_.hash();
        outcome.sent = world_.sent();
        outcome.trace = std::move(world_.trace);
        return outcome;
    }

private:
    void nothing_left(std::vector<std::string>& wrong) {
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

    void on_arrival(const Endpoint& from, std::string_view bytes) {
        const bool invite = bytes.starts_with("INVITE "), bye = bytes.starts_with("BYE ");
        if (!invite && !bye) return;
        message::Message m;
        if (!m.index(bytes)) return;
        WireView& wire = wires_[std::string(m.value(message::HeaderId::call_id))];
        const bool from_caller = from == caller_at_;
        if (invite) wire.invited = true;
        else wire.byes.try_emplace(std::string(tag(m, from_caller ? message::HeaderId::to : message::HeaderId::from)), WireView::Bye{world_.now.utc, from_caller});
    }

    // What the server tells the caller at last, and whether that was durable by then (unless the store takes too long for it).
    void on_departure(std::string_view bytes) {
        if (!bytes.starts_with("SIP/2.0 ") || bytes.starts_with("SIP/2.0 1")) return;
        message::Message m;
        if (!m.index(bytes) || m.method() != message::Method::invite) return;
        const std::string id(m.value(message::HeaderId::call_id)), to_tag(tag(m, message::HeaderId::to));
        WireView& wire = wires_[id];
        const bool success = m.status() < 300;
        if (success ? !wire.answers.insert(to_tag).second : !wire.failures.insert(m.status()).second) return;
        if (slow_) return;
        for (const auto& [row, record] : server_.records().rows())
            if (record.sip_call_id == id && (success ? record.to_tag == to_tag : record.status == m.status())) return;
        early_.push_back(fmt::format("{}: {} left before it was on record", id, m.status()));
    }

    Endpoint server_at_ = at("10.0.0.1:5060"), caller_at_ = at("10.0.1.1:5060");
    Links links_;
    World world_;
    Ledger ledger_;
    Observer observer_;
    std::map<std::string, WireView, std::less<>> wires_;
    std::vector<std::string> early_;
    bool slow_ = false;
    Server server_{world_, observer_, server_at_};
    Phone caller_{world_, ledger_, observer_, "caller", caller_at_, server_at_};
    Phone callees_[callee_phones] = {{world_, ledger_, observer_, "callee1", at("10.0.2.1:5060"), server_at_},
                                     {world_, ledger_, observer_, "callee2", at("10.0.2.2:5060"), server_at_}};
};

void add(Tally& sum, const Tally& t) {
    sum.answered += t.answered;
    sum.refused += t.refused;
    sum.cancelled += t.cancelled;
    sum.timed_out += t.timed_out;
    sum.further_answers += t.further_answers;
    sum.unacknowledged += t.unacknowledged;
    sum.vanished += t.vanished;
    sum.byes_crossed += t.byes_crossed;
    sum.answers_crossed_cancel += t.answers_crossed_cancel;
}

std::string lines(const std::vector<std::string>& texts) {
    std::string out;
    for (const std::string& text : texts) out += text + '\n';
    return out;
}

TEST(Simulation, EverybodyAgreesOnHowEachOfTenThousandCallsEnded) {
    Tally sum;
    std::uint64_t sent = 0;
    if (const char* only = std::getenv("OFFHOOK_SIM_SEED")) {
        const Outcome outcome = Simulation(to_number<std::uint64_t>(only).value_or(0), true).run();
        fmt::print("{}", lines(outcome.trace));
        ASSERT_TRUE(outcome.wrong.empty()) << lines(outcome.wrong);
        return;
    }
    for (std::uint64_t seed = 1; seed <= worlds; ++seed) {
        const Outcome outcome = Simulation(seed, false).run();
        ASSERT_TRUE(outcome.wrong.empty()) << "OFFHOOK_SIM_SEED=" << seed << '\n' << lines(outcome.wrong);
        add(sum, outcome.tally);
        sent += outcome.sent;
    }
    fmt::print("{} calls, {} datagrams: {} answered and released, {} refused, {} cancelled, {} timed out; {} further answers, {} unacknowledged, "
               "{} BYEs crossed, {} answers crossed a CANCEL, {} never hung up\n",
               worlds * calls_in_a_world, sent, sum.answered, sum.refused, sum.cancelled, sum.timed_out, sum.further_answers, sum.unacknowledged,
               sum.byes_crossed, sum.answers_crossed_cancel, sum.vanished);
    // The seeds must reach every corner, else agreement proves nothing.
    EXPECT_EQ(sum.answered + sum.refused + sum.cancelled + sum.timed_out, worlds * calls_in_a_world);
    EXPECT_GT(sum.answered, 4000U);
    EXPECT_GT(sum.refused, 1000U);
    EXPECT_GT(sum.cancelled, 500U);
    EXPECT_GT(sum.timed_out, 100U);
    EXPECT_GT(sum.further_answers, 50U);
    EXPECT_GT(sum.unacknowledged, 3U);
    EXPECT_GT(sum.byes_crossed, 100U);
    EXPECT_GT(sum.answers_crossed_cancel, 50U);
    EXPECT_GT(sum.vanished, 100U);
}

TEST(Simulation, SeedReplaysIdentically) {
    std::uint64_t last = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const Outcome once = Simulation(seed, false).run(), again = Simulation(seed, true).run();
        EXPECT_EQ(once.hash, again.hash) << "seed " << seed;
        EXPECT_NE(once.hash, last) << "seed " << seed;
        EXPECT_FALSE(again.trace.empty());
        last = once.hash;
    }
}

}  // namespace
}  // namespace offhook::sim
