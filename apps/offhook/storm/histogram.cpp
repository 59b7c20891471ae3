#include "apps/offhook/storm/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace offhook::cli::storm {

namespace {
constexpr std::uint64_t most = (std::uint64_t{1} << 36) - 1;  // microseconds
}

// 0 to 63 each have a counter of their own; from there on 32 counters share each power of two.
std::size_t Histogram::place_of(std::uint64_t value) {
    const unsigned width = static_cast<unsigned>(std::bit_width(value));
    if (width <= bits + 1) return value;
    const unsigned shift = width - bits - 1;
    return (std::size_t{shift} << bits) + (value >> shift);
}

std::uint64_t Histogram::middle_of(std::size_t place) {
    if (place < std::size_t{2} << bits) return place;
    const std::size_t shift = (place >> bits) - 1;
    const std::uint64_t first = (place - (shift << bits)) << shift;
    return first + ((std::uint64_t{1} << shift) - 1) / 2;
}

void Histogram::record(Duration value) {
    const auto microseconds = std::min(static_cast<std::uint64_t>(std::max(value.count(), Duration::rep{0})), most);
    ++counters_[place_of(microseconds)];
    ++count_;
    max_ = std::max(max_, Duration(static_cast<Duration::rep>(microseconds)));
}

void Histogram::merge(const Histogram& other) {
    if (other.count_ == 0) return;
    for (std::size_t i = 0; i < counters_.size(); ++i) counters_[i] += other.counters_[i];
    count_ += other.count_;
    max_ = std::max(max_, other.max_);
}

Duration Histogram::percentile(double share) const {
    if (share >= 1) return max_;
    const auto wanted = std::max(std::uint64_t{1}, static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_))));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counters_.size(); ++i) {
        seen += counters_[i];
        if (seen >= wanted) return std::min(max_, Duration(static_cast<Duration::rep>(middle_of(i))));
    }
    return max_;
}

}  // namespace offhook::cli::storm
