#include "offhook/runtime/time_zone.hpp"

#include <gtest/gtest.h>

#include "offhook/base/time_text.hpp"

namespace offhook::runtime {
namespace {

using namespace std::chrono_literals;

// The law: in the European Union at 1:00 UTC on the last Sundays of March and October, in the United States at 2:00 by the local clock on the
// second Sunday of March and the first of November.
TEST(LoadTimeZone, KnowsWhenClocksChange) {
    const auto berlin = load_time_zone("Europe/Berlin"), york = load_time_zone("America/New_York"), utc = load_time_zone("UTC");
    ASSERT_TRUE(berlin && york && utc);
    const auto spans = [](const charging::TimeZone& zone, const char* before, std::chrono::hours offset, const char* change) {
        const auto span = zone.at(*parse_time(before));
        EXPECT_EQ(span.offset, offset) << before;
        EXPECT_EQ(format_time(span.until), change);
    };
    spans(*berlin, "2026-01-01", 1h, "2026-03-29T01:00:00.000000Z");
    spans(*berlin, "2026-03-29T01:00", 2h, "2026-10-25T01:00:00.000000Z");
    spans(*berlin, "2036-12-01", 1h, "2037-03-29T01:00:00.000000Z");
    spans(*york, "2026-03-08T06:59:59", -5h, "2026-03-08T07:00:00.000000Z");
    spans(*york, "2026-03-08T07:00", -4h, "2026-11-01T06:00:00.000000Z");
    EXPECT_EQ(berlin->name(), "Europe/Berlin");
    EXPECT_EQ(utc->at(*parse_time("2026-07-01")).offset, 0s);
    EXPECT_EQ(utc->at(*parse_time("2026-07-01")).until, UtcTime::max());
}

TEST(LoadTimeZone, NamesWhatItDoesNotKnow) {
    for (const char* name : {"", "Europe/Atlantis", "../etc/passwd"}) {
        const auto zone = load_time_zone(name);
        ASSERT_FALSE(zone) << name;
        EXPECT_TRUE(zone.error().starts_with("\"" + std::string(name) + "\" is no time zone")) << zone.error();
    }
}

}  // namespace
}  // namespace offhook::runtime
