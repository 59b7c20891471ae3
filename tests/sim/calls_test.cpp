// 10,000 calls by seed, over good and bad links, with a quick and a slow store: everybody agrees on how each one ended, each ACK
// reaches whom it is for, nothing is left, and a seed replays identically.
//
// A world that fails says its seed; OFFHOOK_SIM_SEED=n runs that one alone and prints it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/sim/simulation.hpp"

namespace offhook::sim {
namespace {

using Kind = Simulation::Kind;

constexpr std::size_t worlds = 500, restarted_worlds = 150;

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

TEST(Simulation, EverybodyAgreesOnHowEachOfTenThousandCallsEnded) {
    Tally sum;
    std::uint64_t sent = 0;
    if (const auto only = only_seed()) {
        const Outcome outcome = Simulation(*only, Kind::undisturbed, true).run();
        fmt::print("{}", lines(outcome.trace));
        ASSERT_TRUE(outcome.wrong.empty()) << lines(outcome.wrong);
        return;
    }
    for (std::uint64_t seed = 1; seed <= worlds; ++seed) {
        const Outcome outcome = Simulation(seed, Kind::undisturbed).run();
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

// kill -9 at a random instant in virtual time (design flow 4): what was answered is still released and recorded.
TEST(Simulation, RestartLosesNoRecordOfWhatAnybodyWasTold) {
    if (const auto only = only_seed()) {
        const Outcome outcome = Simulation(*only, Kind::restarted, true).run();
        fmt::print("{}", lines(outcome.trace));
        ASSERT_TRUE(outcome.wrong.empty()) << lines(outcome.wrong);
        return;
    }
    for (std::uint64_t seed = 1; seed <= restarted_worlds; ++seed) {
        const Outcome outcome = Simulation(seed, Kind::restarted).run();
        ASSERT_TRUE(outcome.wrong.empty()) << "OFFHOOK_SIM_SEED=" << seed << '\n' << lines(outcome.wrong);
    }
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
