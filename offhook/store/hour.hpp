// Hours since 1970, UTC: by these calls and spending are counted. Thread rule: functions of their arguments.
#pragma once
#include <chrono>
#include <cstdint>

#include "offhook/base/time.hpp"

namespace offhook::store {

[[nodiscard]] inline std::int64_t hour_of(UtcTime time) { return std::chrono::floor<std::chrono::hours>(time.time_since_epoch()).count(); }
[[nodiscard]] inline std::int64_t day_start(std::int64_t hour) { return hour - hour % 24; }

}  // namespace offhook::store
