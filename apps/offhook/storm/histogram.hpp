// How long things took, in one page of memory whatever their number: 32 counters for each power of two, so that a value read back is
// off by at most 1/64 (1.6 %). A plain value; adding two up loses nothing.
#pragma once
#include <array>
#include <cstdint>

#include "offhook/base/time.hpp"

namespace offhook::cli::storm {

class Histogram {
public:
    /// Below 0 counts as 0, above 19 hours as 19 hours.
    void record(Duration value);
    void merge(const Histogram& other);
    void clear() { *this = {}; }

    [[nodiscard]] std::uint64_t count() const { return count_; }
    /// The value that this share of all, 0 to 1, does not exceed; 0 if there is none.
    [[nodiscard]] Duration percentile(double share) const;
    [[nodiscard]] Duration max() const { return max_; }  ///< exact

private:
    static constexpr unsigned bits = 5, octaves = 32;
    [[nodiscard]] static std::size_t place_of(std::uint64_t microseconds);
    [[nodiscard]] static std::uint64_t middle_of(std::size_t place);

    std::array<std::uint32_t, octaves << bits> counters_{};
    static_assert(sizeof counters_ == 4096);
    std::uint64_t count_ = 0;
    Duration max_{};
};

}  // namespace offhook::cli::storm
