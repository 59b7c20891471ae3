#include "offhook/base/timer_wheel.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <random>
#include <vector>

namespace offhook {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Duration grain = 1ms;
constexpr Instant start{5'000'123us};

Now at(Instant t) { return {t, UtcTime{t.time_since_epoch()}}; }

struct Probe : Timer {
    explicit Probe(std::vector<int>& log, int n = 0)
        : Timer([](Timer& t, Now now) {
              auto& p = static_cast<Probe&>(t);
              p.fired_at = now.steady;
              p.fired->push_back(p.name);
              if (p.then) p.then(p, now);
          }),
          fired(&log), name(n) {}
    std::vector<int>* fired;
    int name;
    Instant fired_at{};
    std::function<void(Probe&, Now)> then;
};

struct Wheel : ::testing::Test {
    /// Sleeps as a loop does: until next_due(), which must never be later than the first timer.
    void run_until(Instant limit) {
        while (const auto due = wheel.next_due()) {
            if (*due > limit) break;
            wheel.advance(at(std::max(*due, now)));
            now = std::max(now, *due);
        }
        now = limit;
        wheel.advance(at(now));
    }

    std::vector<int> fired;
    TimerWheel wheel{start};
    Instant now = start;
};

TEST_F(Wheel, FiresInOrderNeverEarlyAtMostAGrainLate) {
    Probe a(fired, 1), b(fired, 2), c(fired, 3);
    wheel.arm(b, start + 20ms);
    wheel.arm(c, start + 300ms);
    wheel.arm(a, start + 10500us);
    wheel.advance(at(start + 10999us));
    EXPECT_THAT(fired, IsEmpty());
    wheel.advance(at(start + 11ms));
    EXPECT_THAT(fired, ElementsAre(1));
    wheel.advance(at(start + 1s));
    EXPECT_THAT(fired, ElementsAre(1, 2, 3));
    EXPECT_EQ(wheel.size(), 0u);
    EXPECT_FALSE(wheel.next_due());
    EXPECT_FALSE(a.armed());
}

TEST_F(Wheel, CancelledAndDestroyedTimersDoNotFire) {
    Probe a(fired, 1);
    wheel.arm(a, start + 10ms);
    a.cancel();
    a.cancel();
    {
        Probe gone(fired, 2);
        wheel.arm(gone, start + 10ms);
    }
    EXPECT_EQ(wheel.size(), 0u);
    wheel.arm(a, start + 5s);
    wheel.arm(a, start + 7ms);  // again: the earlier arming is forgotten
    EXPECT_EQ(wheel.size(), 1u);
    run_until(start + 10s);
    EXPECT_THAT(fired, ElementsAre(1));
    EXPECT_EQ(a.fired_at, start + 7ms);
}

TEST_F(Wheel, TheWheelMayGoBeforeItsTimers) {
    Probe a(fired);
    {
        TimerWheel shorter(start);
        shorter.arm(a, start + 1h);
    }
    EXPECT_FALSE(a.armed());
}

TEST_F(Wheel, ATimerMayActOnAnyTimerWhileItFires) {
    Probe a(fired, 1), b(fired, 2), past(fired, 3);
    auto doomed = std::make_unique<Probe>(fired, 4);
    int rounds = 0;
    a.then = [&](Probe& self, Now n) {
        if (++rounds < 4) wheel.arm(self, n.steady + 10ms);
        b.cancel();
        doomed.reset();
        wheel.arm(past, n.steady - 1h);  // due at once: in this very call
    };
    wheel.arm(a, start + 10ms);
    wheel.arm(b, start + 11ms);
    wheel.arm(*doomed, start + 10ms + 1us);
    run_until(start + 1s);
    EXPECT_EQ(rounds, 4);
    EXPECT_EQ(std::ranges::count(fired, 3), 4);
    EXPECT_EQ(std::ranges::count(fired, 2) + std::ranges::count(fired, 4), 0);
}

TEST_F(Wheel, ATimerMayDestroyItselfWhileItFires) {
    auto owned = std::make_unique<Probe>(fired, 1);
    owned->then = [&](Probe&, Now) { owned.reset(); };
    wheel.arm(*owned, start + 1ms);
    run_until(start + 2ms);
    EXPECT_EQ(owned, nullptr);
    EXPECT_EQ(wheel.size(), 0u);
}

// Each edge of each level: one grain before, at and after the turn of 2^8, 2^16, 2^24 and 2^32 grains.
TEST_F(Wheel, CascadesOverAllLevels) {
    for (const Duration offset : {Duration(0us), Duration(255ms), Duration(256ms), Duration(65'536ms)}) {
        TimerWheel w(start);
        w.advance(at(start + offset));
        std::vector<std::unique_ptr<Probe>> probes;
        for (const std::int64_t turn : {std::int64_t{1} << 8, std::int64_t{1} << 16, std::int64_t{1} << 24, std::int64_t{1} << 32})
            for (const std::int64_t delta : {-1, 0, 1}) {
                probes.push_back(std::make_unique<Probe>(fired, 0));
                w.arm(*probes.back(), start + offset + (turn + delta) * grain);
            }
        while (const auto due = w.next_due()) w.advance(at(*due));
        for (const auto& p : probes) EXPECT_EQ(p->fired_at, p->due());
    }
}

TEST_F(Wheel, WaitsForATimerBeyondItsReach) {
    Probe year(fired, 1), week(fired, 2);
    wheel.arm(year, start + 365 * 24h);
    wheel.arm(week, start + 7 * 24h);
    int wakes = 0;
    while (const auto due = wheel.next_due()) {
        wheel.advance(at(*due));
        ++wakes;
    }
    EXPECT_THAT(fired, ElementsAre(2, 1));
    EXPECT_EQ(year.fired_at, start + 365 * 24h);
    EXPECT_LT(wakes, 40);
}

TEST_F(Wheel, OneLongStepFiresEverythingInOrder) {
    std::vector<std::unique_ptr<Probe>> probes;
    std::mt19937 random(3);
    for (int i = 0; i < 2000; ++i) probes.push_back(std::make_unique<Probe>(fired, i));
    std::ranges::shuffle(probes, random);
    for (const auto& p : probes) wheel.arm(*p, start + p->name * 37'000ms);
    wheel.advance(at(start + 100'000'000ms));
    EXPECT_EQ(fired.size(), 2000u);
    EXPECT_TRUE(std::ranges::is_sorted(fired));
}

TEST_F(Wheel, SleepsThroughQuietTimes) {
    Probe a(fired);
    wheel.arm(a, start + 32s);
    int wakes = 0;
    while (const auto due = wheel.next_due()) {
        wheel.advance(at(*due));
        ++wakes;
    }
    EXPECT_LE(wakes, 3);
    EXPECT_EQ(a.fired_at, start + 32s);
}

TEST_F(Wheel, KnowsHowFarItHasCome) {
    EXPECT_EQ(wheel.reached(), start);
    wheel.advance(at(start + 2500us));
    EXPECT_EQ(wheel.reached(), start + 2ms);
    wheel.advance(at(start));
    EXPECT_EQ(wheel.reached(), start + 2ms);
}

// Against a list that is searched: every timer fires at the first grain at or after its instant, whatever was armed, moved, cancelled.
TEST_F(Wheel, AgreesWithAReferenceOverRandomUse) {
    for (unsigned seed = 0; seed < 20; ++seed) {
        std::mt19937_64 random(seed);
        TimerWheel w(start);
        std::vector<std::unique_ptr<Probe>> probes;
        for (int i = 0; i < 200; ++i) probes.push_back(std::make_unique<Probe>(fired, i));
        Instant t = start;
        const auto grain_after = [](Instant due) { return start + (due - start + grain - 1us) / grain * grain; };
        for (int step = 0; step < 3000; ++step) {
            Probe& p = *probes[random() % probes.size()];
            const Duration reach{static_cast<std::int64_t>(random() % (std::uint64_t{1} << (8 + random() % 36)))};
            if (random() % 4 == 0) p.cancel();
            else w.arm(p, t + reach);
            if (random() % 3 != 0) continue;

            Instant first = Instant::max();
            for (const auto& q : probes)
                if (q->armed()) first = std::min(first, grain_after(q->due()));
            const auto due = w.next_due();
            ASSERT_EQ(due.has_value(), first != Instant::max());
            if (!due) continue;
            ASSERT_LE(*due, std::max(first, t)) << "next_due is late";
            const Instant to = random() % 2 == 0 ? std::max(t, *due) : t + Duration(static_cast<std::int64_t>(random() % 100'000'000));
            std::vector<Probe*> expected;
            for (const auto& q : probes)
                if (q->armed() && grain_after(q->due()) <= to) expected.push_back(q.get());
            fired.clear();
            w.advance(at(to));
            t = to;
            ASSERT_EQ(fired.size(), expected.size());
            for (const Probe* q : expected) ASSERT_FALSE(q->armed());
            for (std::size_t i = 1; i < fired.size(); ++i)
                ASSERT_LE(grain_after(probes[static_cast<std::size_t>(fired[i - 1])]->due()),
                          std::max(grain_after(probes[static_cast<std::size_t>(fired[i])]->due()), start));
        }
    }
}

}  // namespace
}  // namespace offhook
