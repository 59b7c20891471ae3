// How often each Cause was told: what LogObserver writes down and metrics show. Thread rule: any thread.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

#include "offhook/base/observer.hpp"

namespace offhook::runtime {

inline constexpr std::size_t cause_count = static_cast<std::size_t>(Cause::count_);
[[nodiscard]] std::string_view name_of(Cause cause);  ///< "not-authenticated", as logs and metrics say it

class Rejections {
public:
    void add(Cause cause) { counts_[static_cast<std::size_t>(cause)].fetch_add(1, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t of(Cause cause) const { return counts_[static_cast<std::size_t>(cause)].load(std::memory_order_relaxed); }

private:
    std::array<std::atomic<std::uint64_t>, cause_count> counts_{};
};

}  // namespace offhook::runtime
