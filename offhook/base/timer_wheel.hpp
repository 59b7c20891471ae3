// A hierarchical timer wheel: intrusive timers, armed and cancelled in O(1), grain one millisecond.
//
// Four levels of 256 slots reach 49 days; a timer further away waits in the last slot and is sorted in again. A bitmap for each
// level finds the next occupied slot, so a loop can sleep until then: there is no periodic tick.
// A timer never fires early and at most one grain late. Thread rule: one thread.
#pragma once
#include <array>
#include <bitset>
#include <cstdint>
#include <optional>

#include "offhook/base/time.hpp"

namespace offhook {

class TimerWheel;

/// A member of whatever it wakes. Destroying it cancels it; it cannot be moved while armed.
class Timer {
public:
    using Fire = void (*)(Timer&, Now);

    explicit Timer(Fire fire) : fire_(fire) {}
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    ~Timer();

    [[nodiscard]] bool armed() const { return wheel_ != nullptr; }
    [[nodiscard]] Instant due() const { return due_; }
    void cancel();

private:
    friend class TimerWheel;
    Timer* previous_ = nullptr;
    Timer* next_ = nullptr;
    TimerWheel* wheel_ = nullptr;
    Fire fire_;
    Instant due_{};
    std::uint16_t place_ = 0;  ///< level * 256 + slot
};

class TimerWheel {
public:
    explicit TimerWheel(Instant start);
    TimerWheel(const TimerWheel&) = delete;
    TimerWheel& operator=(const TimerWheel&) = delete;
    ~TimerWheel();

    /// Arms the timer for that instant, cancelling an earlier one.
    void arm(Timer& timer, Instant due);

    /// Fires what is due, in order of the grain; a timer armed meanwhile for the past fires in this call too.
    void advance(Now now);

    /// No timer fires before this instant; nothing if none is armed. May be early (a coarse level), never late.
    [[nodiscard]] std::optional<Instant> next_due() const;
    [[nodiscard]] std::size_t size() const { return size_; }
    /// The instant up to which it has been advanced, to the grain below.
    [[nodiscard]] Instant reached() const;

private:
    friend class Timer;
    static constexpr unsigned levels = 4, bits = 8, slots = 1u << bits;

    void insert(Timer& timer);
    void remove(Timer& timer);
    void cascade(unsigned level);
    [[nodiscard]] std::uint64_t grain_of(Instant t) const;
    [[nodiscard]] std::optional<std::uint64_t> next_event() const;
    [[nodiscard]] unsigned occupied_distance(unsigned level, unsigned from) const;

    struct Level {
        std::array<Timer*, slots> head{};
        std::array<std::uint64_t, slots / 64> occupied{};
    };
    std::array<Level, levels> wheel_{};
    Instant start_;
    std::uint64_t current_ = 0;  ///< grains since start_ that were fired, all before it done
    std::size_t size_ = 0;
};

}  // namespace offhook
