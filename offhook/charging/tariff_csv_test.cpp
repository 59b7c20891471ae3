#include "offhook/charging/tariff_csv.hpp"

#include <gtest/gtest.h>

#include "offhook/charging/support_test.hpp"

namespace offhook::charging {
namespace {

constexpr const char* full =
    "prefix,name,group,connection_fee,free_seconds,first_increment,increment,price_per_minute,valid_from,valid_until,days,hours\n"
    ",everywhere,,0.00,0,1,1,1.50,,,,\n"
    "+4915,\"Germany, \"\"mobile\"\"\",gold,0.005,10,60,30,0.090001,2026-01-01T00:00:00Z,2026-06-01T12:30:00.250000Z,mon-fri,22:00-06:00\n"
    "alice,M\xc3\xbcnchen,,0.00,0,1,1,0.00,,,sat sun,18:00-24:00\n";

TEST(TariffCsv, WritesWhatItRead) {
    const Tariff tariff = test::tariff(full);
    EXPECT_EQ(tariff_csv(tariff), full);
    ASSERT_EQ(tariff.rows().size(), 3u);
    const Row& row = tariff.rows()[1];
    EXPECT_EQ(row.id, 2u);
    EXPECT_EQ(row.name, "Germany, \"mobile\"");
    EXPECT_EQ(row.connection_fee, 5'000);
    EXPECT_EQ(row.price_per_minute, 90'001);
    EXPECT_EQ(row.band, (Band{0x1f, 22 * 60, 6 * 60}));
}

TEST(TariffCsv, TakesColumnsInAnyOrderAndLeavesDefaults) {
    const Tariff tariff = test::tariff("\xef\xbb\xbfincrement, price_per_minute ,prefix\r\n60, 0.5 ,+49\r\n\r\n,1,+1\r\n");
    ASSERT_EQ(tariff.rows().size(), 2u);
    Row first{.id = 1, .prefix = "+49", .price_per_minute = 500'000};
    first.first_increment = first.increment = 60;
    EXPECT_EQ(tariff.rows()[0], first);
    EXPECT_EQ(tariff.rows()[1], (Row{.id = 2, .prefix = "+1", .price_per_minute = 1'000'000}));
    EXPECT_TRUE(test::tariff("prefix,price_per_minute\n").rows().empty());
}

struct Case {
    const char* name;
    const char* csv;
    std::size_t line, column;
    const char* reason;  ///< its beginning
};

class Mistake : public ::testing::TestWithParam<Case> {};

TEST_P(Mistake, IsNamedWhereItStands) {
    const auto read = read_tariff(test::settings(), GetParam().csv);
    ASSERT_FALSE(read);
    ASSERT_EQ(read.error().size(), 1u);
    const TariffCsvError& error = read.error().front();
    EXPECT_EQ(error.line, GetParam().line);
    EXPECT_EQ(error.column, GetParam().column);
    EXPECT_TRUE(error.reason.starts_with(GetParam().reason)) << error.reason;
}

INSTANTIATE_TEST_SUITE_P(
    TariffCsv, Mistake,
    ::testing::Values(
        Case{"empty", "", 1, 1, "there is no heading: prefix,name,"},
        Case{"unknown_column", "prefix,prize,price_per_minute\n", 1, 8, "\"prize\" is no column; there are prefix,"},
        Case{"column_twice", "prefix,price_per_minute,prefix\n", 1, 25, "the column prefix stands here twice"},
        Case{"column_missing", "\nprefix\n", 2, 1, "the column price_per_minute is missing"},
        Case{"broken_heading", "prefix,\"a\n", 1, 8, "this quoted value does not end on its line"},
        Case{"quote", "prefix,price_per_minute\n+4\"9,1\n", 2, 3, "a quote is out of place"},
        Case{"octets", "prefix,price_per_minute\n+49,\xff\n", 2, 5, "the line is not UTF-8 text"},
        Case{"too_few", "prefix,price_per_minute\n+49\n", 2, 1, "1 value where the heading has 2"},
        Case{"too_many", "prefix,price_per_minute\n+49,0,09\n", 2, 1, "3 values where the heading has 2"},
        Case{"price_missing", "prefix,price_per_minute\n+49,\n", 2, 5, "price_per_minute: \"\" is not an amount"},
        Case{"price_with_comma", "prefix,price_per_minute\n+49,\"0,09\"\n", 2, 5, "price_per_minute: \"0,09\" is not an amount: digits"},
        Case{"price_too_fine", "prefix,price_per_minute\n+49,0.0000001\n", 2, 5, "price_per_minute: \"0.0000001\" has more than six decimals"},
        Case{"price_beyond_64_bits", "prefix,price_per_minute\n+49,9223372036854.775808\n", 2, 5,
             "price_per_minute: \"9223372036854.775808\" is beyond"},
        Case{"price_negative", "prefix,price_per_minute\n+49,-1\n", 2, 5, "price_per_minute: must be 0 to 1000000.00"},
        Case{"price_too_high", "prefix,price_per_minute\n+49,1000000.000001\n", 2, 5, "price_per_minute: must be 0 to"},
        Case{"increment_zero", "prefix,price_per_minute,increment\n+49,1,0\n", 2, 7, "increment: must be 1 to 86400 seconds"},
        Case{"increments_that_reward_hanging_up", "prefix,price_per_minute,first_increment,increment\n+49,1,10,6\n", 2, 7,
             "first_increment: must be a multiple of the following increment, 6"},
        Case{"seconds_with_unit", "prefix,price_per_minute,free_seconds\n+49,1,10s\n", 2, 7,
             "free_seconds: \"10s\" is not a number of whole seconds"},
        Case{"no_such_day", "prefix,price_per_minute,valid_from\n+49,1,2026-02-30\n", 2, 7, "valid_from: \"2026-02-30\" is not a time"},
        Case{"never_valid", "valid_from,valid_until,prefix,price_per_minute\n2026-01-01,2026-01-01,+49,1\n", 2, 12, "valid_until: must be after"},
        Case{"days", "prefix,price_per_minute,days\n+49,1,mon-fry\n", 2, 7, "days: \"mon-fry\" is not a list of days"},
        Case{"hours", "prefix,price_per_minute,hours\n+49,1,08:00-24:01\n", 2, 7, "hours: \"08:00-24:01\" is not a time of day"},
        Case{"hours_without_length", "prefix,price_per_minute,hours\n+49,1,08:00-08:00\n", 2, 7, "hours: \"08:00-08:00\" is not"},
        Case{"prefix_with_blank", "prefix,price_per_minute\n+49 30,1\n", 2, 1, "prefix: must be at most 64 octets without blanks"},
        Case{"row_twice", "prefix,price_per_minute\n+49,1\n+1,1\n+49,2\n", 4, 1, "prefix: has another row with the same group"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(TariffCsv, NamesEveryMistakeInOrder) {
    const auto read = read_tariff(test::settings(), "prefix,price_per_minute,days,increment\n+49,x,y,\n+1,1,,0\n+2,1,,\n+3\n+2,2,,\n");
    ASSERT_FALSE(read);
    std::vector<std::pair<std::size_t, std::size_t>> places;
    for (const auto& error : read.error()) places.emplace_back(error.line, error.column);
    EXPECT_EQ(places, (std::vector<std::pair<std::size_t, std::size_t>>{{2, 5}, {2, 7}, {3, 7}, {5, 1}, {6, 1}}));
}

}  // namespace
}  // namespace offhook::charging
