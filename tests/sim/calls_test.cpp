// 10,000 calls by seed, over good and bad links, with a quick and a slow store: everybody agrees on how each one ended, each ACK
// reaches whom it is for, nothing is left, and a seed replays identically.
//
// A world that fails says its seed; OFFHOOK_SIM_SEED=n runs that one alone and prints it. OFFHOOK_SIM_TIMES=n: more of them.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "offhook/base/text.hpp"
#include "tests/sim/simulation.hpp"

namespace offhook::sim {
namespace {

using Kind = Simulation::Kind;

/// OFFHOOK_SIM_TIMES=n: n times as many worlds, of other seeds.
std::uint64_t times() {
    const char* text = std::getenv("OFFHOOK_SIM_TIMES");
    return text == nullptr ? 1 : to_number<std::uint64_t>(text).value_or(1);
}
const std::uint64_t worlds = 100 * times(), restarted_worlds = 150 * times(), charged_worlds = 150 * times();

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

// In blocks, so that they run side by side.
class TenThousandCalls : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(TenThousandCalls, EndAsEverybodyAgrees) {
    Tally sum;
    std::uint64_t sent = 0;
    for (std::uint64_t i = 1; i <= worlds; ++i) {
        const std::uint64_t seed = only_seed().value_or(GetParam() * worlds + i);
        const Outcome outcome = Simulation(seed, Kind::undisturbed, only_seed().has_value()).run();
        if (only_seed()) fmt::print("{}", lines(outcome.trace));
        ASSERT_TRUE(outcome.wrong.empty()) << "OFFHOOK_SIM_SEED=" << seed << '\n' << lines(outcome.wrong);
        if (only_seed()) return;
        add(sum, outcome.tally);
        sent += outcome.sent;
    }
    fmt::print("{} calls, {} datagrams: {} answered and released, {} refused, {} cancelled, {} timed out; {} further answers, {} unacknowledged, "
               "{} BYEs crossed, {} answers crossed a CANCEL, {} never hung up\n",
               worlds * calls_in_a_world, sent, sum.answered, sum.refused, sum.cancelled, sum.timed_out, sum.further_answers, sum.unacknowledged,
               sum.byes_crossed, sum.answers_crossed_cancel, sum.vanished);
    // The seeds must reach every corner, else agreement proves nothing.
    EXPECT_EQ(sum.answered + sum.refused + sum.cancelled + sum.timed_out, worlds * calls_in_a_world);
    EXPECT_GT(sum.answered, 1000U);
    EXPECT_GT(sum.refused, 200U);
    EXPECT_GT(sum.cancelled, 100U);
    EXPECT_GT(sum.timed_out, 50U);
    EXPECT_GT(sum.further_answers, 20U);
    EXPECT_GT(sum.byes_crossed, 100U);
    EXPECT_GT(sum.answers_crossed_cancel, 20U);
    EXPECT_GT(sum.vanished, 20U);
}

INSTANTIATE_TEST_SUITE_P(Simulation, TenThousandCalls, ::testing::Range<std::uint64_t>(0, 5));

// kill -9 at a random instant in virtual time (design flow 4): what was answered is still released and recorded.
TEST(Simulation, RestartLosesNoRecordOfWhatAnybodyWasTold) {
    if (const auto only = only_seed()) {
        const Outcome outcome = Simulation(*only, Kind::restarted, true).run();
        fmt::print("{}", lines(outcome.trace));
        ASSERT_TRUE(outcome.wrong.empty()) << lines(outcome.wrong);
        return;
    }
    std::uint64_t adopted = 0;
    for (std::uint64_t seed = 1; seed <= restarted_worlds; ++seed) {
        const Outcome outcome = Simulation(seed, Kind::restarted).run();
        ASSERT_TRUE(outcome.wrong.empty()) << "OFFHOOK_SIM_SEED=" << seed << '\n' << lines(outcome.wrong);
        adopted += outcome.adopted;
    }
    fmt::print("{} calls, {} of them in progress at the restart\n", restarted_worlds * calls_in_a_world, adopted);
    EXPECT_GT(adopted, 400U);
}

// Twenty calls at once on one account: whatever is lost, crosses or is started anew, its credit is neither overspent nor lost.
TEST(Simulation, CallsOfOneAccountNeverCostMoreThanItHas) {
    Tally sum;
    for (std::uint64_t i = 1; i <= charged_worlds; ++i) {
        const std::uint64_t seed = only_seed().value_or(i);
        const Outcome outcome = Simulation(seed, Kind::charged, only_seed().has_value()).run();
        if (only_seed()) fmt::print("{}", lines(outcome.trace));
        ASSERT_TRUE(outcome.wrong.empty()) << "OFFHOOK_SIM_SEED=" << seed << '\n' << lines(outcome.wrong);
        if (only_seed()) return;
        sum.cut += outcome.tally.cut;
        sum.denied += outcome.tally.denied;
    }
    fmt::print("{} calls, {} of them ended for want of credit, {} not even made\n", charged_worlds * calls_in_a_world, sum.cut, sum.denied);
    EXPECT_GT(sum.cut, 200U);
    EXPECT_GT(sum.denied, 200U);
}

TEST(Simulation, SeedReplaysIdentically) {
    std::uint64_t last = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const Kind kind = seed % 2 == 0 ? Kind::undisturbed : Kind::restarted;
        const Outcome once = Simulation(seed, kind).run(), again = Simulation(seed, kind, true).run();
        EXPECT_EQ(once.hash, again.hash) << "seed " << seed;
        EXPECT_NE(once.hash, last) << "seed " << seed;
        EXPECT_FALSE(again.trace.empty());
        last = once.hash;
    }
}

}  // namespace
}  // namespace offhook::sim
