// The real clock: the only place that reads one. A shard reads it once a turn.
#pragma once
#include <chrono>
#include <thread>

#include "offhook/base/time.hpp"

namespace offhook::runtime {

[[nodiscard]] inline Now read_clock() {
    return {Instant(std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch())),
            std::chrono::floor<Duration>(std::chrono::system_clock::now())};
}

/// Not at all if it is past.
inline void sleep_until(Instant until) { std::this_thread::sleep_until(std::chrono::steady_clock::time_point(until.time_since_epoch())); }

}  // namespace offhook::runtime
