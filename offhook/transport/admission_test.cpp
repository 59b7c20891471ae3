#include "offhook/transport/admission.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace offhook::transport {
namespace {

using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Kind = Admission::Kind;

struct Clock {
    Duration at{10s};
    [[nodiscard]] Now now() const { return {Instant(at), UtcTime(1'700'000'000s + at)}; }
    void pass(Duration d) { at += d; }
};

/// Everything that is read has waited so long, for this time.
void wait_for(Admission& admission, Clock& clock, Duration waited, Duration time) {
    for (Duration done{}; done <= time; done += 5ms, clock.pass(5ms)) admission.note(waited, clock.now());
}

TEST(Admission, ABurstThatIsOverWithinTheIntervalIsWorkedOff) {
    Admission admission;
    Clock clock;
    wait_for(admission, clock, 80ms, 190ms);
    EXPECT_FALSE(admission.overloaded());
    EXPECT_TRUE(admission.admit(Kind::call, clock.now()));
    wait_for(admission, clock, 1ms, 0ms);
    wait_for(admission, clock, 80ms, 190ms);
    EXPECT_FALSE(admission.overloaded());
}

TEST(Admission, AQueueThatStaysOldIsOverload) {
    Admission admission;
    Clock clock;
    wait_for(admission, clock, 21ms, 200ms);
    EXPECT_TRUE(admission.overloaded());
    EXPECT_FALSE(admission.admit(Kind::call, clock.now()));
    admission.note(20ms, clock.now());
    EXPECT_TRUE(admission.admit(Kind::call, clock.now()));  // at the limit: the shard must not idle
    admission.note(21ms, clock.now());
    EXPECT_FALSE(admission.admit(Kind::call, clock.now()));  // at once, without another interval
    EXPECT_EQ(admission.refused()[static_cast<std::size_t>(Kind::call)], 2u);
}

// A machine that pauses us: everything waits, but nothing stands.
TEST(Admission, AFewPausesAreNoOverload) {
    Admission admission;
    Clock clock;
    for (int i = 0; i < 3; ++i, clock.pass(60ms)) admission.note(60ms, clock.now());
    EXPECT_FALSE(admission.overloaded());
    admission.note(0ms, clock.now());
    for (int i = 0; i < 3; ++i, clock.pass(60ms)) admission.note(60ms, clock.now());
    EXPECT_FALSE(admission.overloaded());
}

TEST(Admission, IsOverWhenNothingHasWaitedForTwoIntervals) {
    Admission admission;
    Clock clock;
    wait_for(admission, clock, 30ms, 200ms);
    wait_for(admission, clock, 2ms, 380ms);
    EXPECT_TRUE(admission.overloaded());
    wait_for(admission, clock, 2ms, 50ms);
    EXPECT_FALSE(admission.overloaded());
    admission.note(30ms, clock.now());
    EXPECT_TRUE(admission.admit(Kind::call, clock.now()));
}

TEST(Admission, ALimitOfZeroRefusesNothing) {
    Admission admission({.limit = 0ms});
    Clock clock;
    wait_for(admission, clock, 10s, 1s);
    EXPECT_FALSE(admission.overloaded());
}

TEST(Admission, CanBeSwitchedOffWhileOverloaded) {
    Admission admission;
    Clock clock;
    wait_for(admission, clock, 30ms, 200ms);
    admission.configure({.limit = 0ms});
    EXPECT_TRUE(admission.admit(Kind::call, clock.now()));
}

struct Rank {
    const char* name;
    Kind kind;
    Duration taken, refused;  ///< at these waits
};

class Ranks : public ::testing::TestWithParam<Rank> {};

TEST_P(Ranks, HaveTheirLimits) {
    Admission admission;
    Clock clock;
    wait_for(admission, clock, 30ms, 200ms);
    admission.note(GetParam().taken, clock.now());
    EXPECT_TRUE(admission.admit(GetParam().kind, clock.now()));
    admission.note(GetParam().refused, clock.now());
    EXPECT_FALSE(admission.admit(GetParam().kind, clock.now()));
}

INSTANTIATE_TEST_SUITE_P(Kinds, Ranks,
                         ::testing::Values(Rank{"call", Kind::call, 20ms, 21ms}, Rank{"other", Kind::other, 20ms, 21ms},
                                           Rank{"register_without_credentials", Kind::unproven_register, 20ms, 21ms},
                                           Rank{"register_with_credentials", Kind::first_register, 30ms, 31ms},
                                           Rank{"refreshing_register", Kind::refreshing_register, 40ms, 41ms},
                                           Rank{"emergency", Kind::emergency, 80ms, 81ms}),
                         [](const auto& test) { return std::string(test.param.name); });

/// One shard in virtual time: a call is 80 us of work at once and as much 200 ms later (its BYE, which is never refused), so it takes 6,250 a
/// second; a refusal with its ACK is 10 us. Read in batches of 64.
class Machine {
public:
    static constexpr int capacity = 6'250;
    static constexpr int capacity_beside_refusals = (1'000'000 - 2 * capacity * 10) / (160 - 10);  ///< where twice the capacity is offered

    /// Calls admitted in each of these seconds. `pause`: for so long the machine does something else first.
    std::vector<int> offer(int rate, int seconds, Duration pause = {}) {
        std::vector<int> admitted(static_cast<std::size_t>(seconds));
        const Duration begin = clock_.at;
        clock_.pass(pause);
        int offered = 0;
        for (Duration end = begin + second * seconds; clock_.at < end;) {
            for (; offered < rate * seconds && begin + second * offered / rate <= clock_.at; ++offered) calls_.push_back(begin + second * offered / rate);
            if (!turn()) clock_.pass(100us);
            const auto now = static_cast<std::size_t>(std::min<std::int64_t>((clock_.at - begin) / second, seconds - 1));
            admitted[now] += std::exchange(taken_, 0);
        }
        return admitted;
    }
    [[nodiscard]] std::uint64_t refused() const { return admission_.refused()[static_cast<std::size_t>(Kind::call)]; }

private:
    static constexpr std::size_t batch = 64;
    static constexpr Duration second{1'000'000};

    bool turn() {
        const bool ending = !ends_.empty() && ends_.front() <= clock_.at && (calls_.empty() || ends_.front() <= calls_.front());
        if (!ending && calls_.empty()) return false;
        const Duration oldest = ending ? ends_.front() : calls_.front();
        const std::size_t waiting = calls_.size() + static_cast<std::size_t>(std::ranges::upper_bound(ends_, clock_.at) - ends_.begin());
        admission_.note(waiting >= batch ? clock_.at - oldest : 0ms, clock_.now());
        const Duration read = clock_.at;
        for (std::size_t i = 0; i < std::min(batch, waiting); ++i) {
            if (!ends_.empty() && ends_.front() <= read && (calls_.empty() || ends_.front() <= calls_.front())) {
                ends_.pop_front();
                clock_.pass(80us);
            } else {
                calls_.pop_front();
                const bool admitted = !admission_.overloaded() || admission_.admit(Kind::call, clock_.now());
                clock_.pass(admitted ? 80us : 10us);
                if (admitted) ends_.push_back(clock_.at + 200ms);
                taken_ += admitted;
            }
        }
        return true;
    }

    Admission admission_;
    Clock clock_;
    std::deque<Duration> calls_, ends_;  ///< when they came, when they come
    int taken_ = 0;
};

TEST(Admission, UnderTwiceTheCapacityTheShardStaysBusyWithCallsAndRecoversAtOnce) {
    Machine machine;
    std::ignore = machine.offer(Machine::capacity * 7 / 10, 3);
    EXPECT_EQ(machine.refused(), 0u);
    const auto peak = machine.offer(Machine::capacity * 2, 10);
    EXPECT_THAT(peak, Each(Ge(Machine::capacity_beside_refusals * 9 / 10)));
    std::ignore = machine.offer(Machine::capacity * 7 / 10, 1);
    const std::uint64_t refused = machine.refused();
    std::ignore = machine.offer(Machine::capacity * 7 / 10, 5);
    EXPECT_EQ(machine.refused(), refused);
}

// A machine that takes the processor away for a while, again and again, at a load well below what the shard can do.
TEST(Admission, PausesOfTheMachineRefuseNobody) {
    Machine machine;
    for (int i = 0; i < 20; ++i) std::ignore = machine.offer(Machine::capacity / 4, 1, 300ms);
    EXPECT_EQ(machine.refused(), 0u);
}

// RFC 7339 §5.1: oc=0, oc-validity=0 where nothing is to be left out.
TEST(Admission, TellsPeersThatNothingIsToBeLeftOut) {
    Admission admission;
    Clock clock;
    EXPECT_THAT(std::string(admission.feedback(clock.now())), StartsWith(";oc=0;oc-algo=\"loss\";oc-validity=0;oc-seq=1700000010."));
}

// A peer that obeys: offered 200 a period, the shard takes 100. The value settles where nothing more is refused, and falls afterwards.
TEST(Admission, AsksPeersToLeaveOutWhatItWouldRefuse) {
    Admission admission;
    Clock clock;
    wait_for(admission, clock, 30ms, 200ms);
    unsigned most = 0;
    for (int period = 0; period < 6; ++period) {
        const int sent = 200 * static_cast<int>(100 - admission.loss()) / 100;
        for (int i = 0, taken = 0; i < sent; ++i) {
            admission.note(taken * sent <= i * 100 ? 19ms : 30ms, clock.now());
            taken += admission.admit(Kind::call, clock.now());
            clock.pass(500ms / sent);
        }
        std::ignore = admission.feedback(clock.now());
        most = std::max(most, admission.loss());
    }
    EXPECT_GE(most, 50u);
    EXPECT_LE(most, 65u);
    clock.pass(5s);
    EXPECT_THAT(std::string(admission.feedback(clock.now())), HasSubstr(";oc=0;"));
    EXPECT_EQ(admission.loss(), 0u);
}

// RFC 7339 §4.4: each value has a larger number, even where the clock is set back.
TEST(Admission, NumbersItsValues) {
    Admission admission;
    Clock clock;
    const std::string first(admission.feedback(clock.now()));
    const std::string same(admission.feedback(clock.now()));
    EXPECT_EQ(first, same);
    const Now back{Instant(clock.at + 1s), UtcTime(1'600'000'000s)};
    EXPECT_THAT(std::string(admission.feedback(back)), HasSubstr("oc-seq=1700000010.00001"));
}

}  // namespace
}  // namespace offhook::transport
