// The real clock: the only place that reads one. A shard reads it once a turn.
#pragma once
#include <chrono>

#include "offhook/base/time.hpp"

namespace offhook::runtime {

[[nodiscard]] inline Now read_clock() {
    return {Instant(std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch())),
            std::chrono::floor<Duration>(std::chrono::system_clock::now())};
}

}  // namespace offhook::runtime
