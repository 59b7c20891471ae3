// Zones and tariffs for tests: the clocks of two zones as the law sets them for 2026, and tariffs as they are written in files.
#pragma once
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "offhook/base/time_text.hpp"
#include "offhook/charging/tariff_csv.hpp"

namespace offhook::charging::test {

inline UtcTime at(std::string_view text) { return parse_time(text).value(); }

inline TimeZone berlin() {
    using std::chrono::hours;
    return {"Europe/Berlin", hours(1), {{at("2026-03-29T01:00"), hours(2)}, {at("2026-10-25T01:00"), hours(1)}}};
}

inline TimeZone new_york() {
    using std::chrono::hours;
    return {"America/New_York", -hours(5), {{at("2026-03-08T07:00"), -hours(4)}, {at("2026-11-01T06:00"), -hours(5)}}};
}

inline Tariff::Settings settings(TimeZone zone = berlin(), bool free_on_net = false) {
    return {"test", *Currency::parse("EUR"), std::move(zone), free_on_net};
}

/// A tariff that is right, or a failed test that says why it is not.
inline Tariff tariff(std::string_view csv, TimeZone zone = berlin(), bool free_on_net = false) {
    auto read = read_tariff(settings(std::move(zone), free_on_net), csv);
    if (read) return std::move(*read);
    for (const auto& error : read.error()) ADD_FAILURE() << error.line << ":" << error.column << ": " << error.reason;
    return {};
}

}  // namespace offhook::charging::test
