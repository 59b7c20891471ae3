// How much processor time the server under test has taken, where it runs on this machine: from /proc, its child processes included.
#pragma once
#include <optional>

#include "offhook/base/time.hpp"

namespace offhook::cli::storm {

/// User and system time of the process and of all its descendants that live, to the tick (10 ms); nothing if there is no such process.
[[nodiscard]] std::optional<Duration> processor_time_of(int process);

}  // namespace offhook::cli::storm
