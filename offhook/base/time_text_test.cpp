#include "offhook/base/time_text.hpp"

#include <gtest/gtest.h>

namespace offhook {
namespace {

using namespace std::chrono_literals;

TEST(TimeText, ReadsWhatItWritesAndShorterForms) {
    const auto time = parse_time("2026-11-22T09:55:21.250000Z");
    ASSERT_TRUE(time);
    EXPECT_EQ(format_time(*time), "2026-11-22T09:55:21.250000Z");
    EXPECT_EQ(parse_time("2026-11-22"), *time - 9h - 55min - 21s - 250ms);
    EXPECT_EQ(parse_time("2026-11-22 09:55"), *time - 21s - 250ms);
    EXPECT_EQ(parse_time("2026-11-22T10:55:21.25+01:00"), *time);
    EXPECT_EQ(parse_time("2026-11-22T08:55:21.25-01:00"), *time);
    for (const char* wrong :
         {"", "2026", "2026-02-30", "2026-11-22T", "2026-11-22T25:00", "2026-11-22T09:55:21.Z", "2026-11-22T09:55Zx", "2026-11-22T09:55+1"})
        EXPECT_FALSE(parse_time(wrong)) << wrong;
}

}  // namespace
}  // namespace offhook
