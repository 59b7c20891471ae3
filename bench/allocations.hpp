// How often a benchmark has asked for memory: every operator new of the program is counted.
#pragma once
#include <cstdint>

namespace offhook::bench {

/// Since the program began, on all threads together.
[[nodiscard]] std::uint64_t allocations();

}  // namespace offhook::bench
