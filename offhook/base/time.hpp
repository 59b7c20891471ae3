// Time as the core knows it: an argument. Only runtime/ reads a clock; a test invents one.
#pragma once
#include <chrono>

namespace offhook {

using Duration = std::chrono::microseconds;

/// Names the steady time line. It has no now(): code that wants the time is given it.
struct MonotonicTimeline {
    using duration = Duration;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<MonotonicTimeline>;
    static constexpr bool is_steady = true;
};

using Instant = MonotonicTimeline::time_point;     ///< for timers: never jumps
using UtcTime = std::chrono::sys_time<Duration>;   ///< for records and expiry that must survive a restart

/// One reading of both clocks, taken once for each turn of a loop.
struct Now {
    Instant steady;
    UtcTime utc;
};

}  // namespace offhook
