#include "offhook/charging/time_zone.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace offhook::charging {

TimeZone::TimeZone(std::string name, std::chrono::seconds offset, std::vector<Change> changes)
    : name_(std::move(name)), first_(offset), changes_(std::move(changes)) {
    std::ranges::sort(changes_, {}, &Change::at);
}

TimeZone::Span TimeZone::at(UtcTime time) const {
    const auto next = std::ranges::upper_bound(changes_, time, {}, &Change::at);
    return {next == changes_.begin() ? first_ : std::prev(next)->offset, next == changes_.end() ? UtcTime::max() : next->at};
}

}  // namespace offhook::charging
