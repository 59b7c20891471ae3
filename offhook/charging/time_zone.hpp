// A time zone as a value: when its clocks change, and how far they are from UTC. Read from the system's database by runtime/, so that what
// is computed with it needs no file and gives the same everywhere. Thread rule: only read once it is made.
#pragma once
#include <string>
#include <vector>

#include "offhook/base/time.hpp"

namespace offhook::charging {

using LocalTime = std::chrono::local_time<Duration>;  ///< what a clock on the wall shows

class TimeZone {
public:
    struct Change {
        UtcTime at;
        std::chrono::seconds offset;  ///< east of UTC, from then on
    };
    struct Span {
        std::chrono::seconds offset{};   ///< east of UTC
        UtcTime until = UtcTime::max();  ///< its first instant outside
    };

    TimeZone() = default;  ///< UTC
    /// `offset` holds before the first change. The changes may be in any order.
    TimeZone(std::string name, std::chrono::seconds offset, std::vector<Change> changes);

    [[nodiscard]] const std::string& name() const { return name_; }  ///< "Europe/Berlin"
    [[nodiscard]] Span at(UtcTime time) const;

private:
    std::string name_ = "UTC";
    std::chrono::seconds first_{};
    std::vector<Change> changes_;
};

}  // namespace offhook::charging
