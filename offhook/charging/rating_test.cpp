// Prices by name: what a call costs, and why. Berlin is an hour ahead of UTC in winter, two in summer; 2026-01-05 is a Monday.
#include "offhook/charging/rating.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "offhook/charging/support_test.hpp"

namespace offhook::charging {
namespace {

using namespace std::chrono_literals;
using test::at;

struct Case {
    const char* name;
    const char* tariff;
    const char* destination;
    const char* answered;
    Duration duration;
    const char* price;
    std::uint64_t increments;
    std::uint32_t row = 1;  ///< that held at the answer
    const char* group = "";
};

std::string name_of(const ::testing::TestParamInfo<Case>& test) { return test.param.name; }

void expect_price(const Case& c, const Tariff& tariff) {
    const auto charge = rate(tariff, {.group = c.group, .destination = c.destination, .answered = at(c.answered), .duration = c.duration});
    ASSERT_TRUE(charge) << describe(charge.error());
    EXPECT_EQ(amount_text(charge->price.micros), c.price);
    EXPECT_EQ(charge->increments, c.increments);
    ASSERT_NE(charge->row, nullptr);
    EXPECT_EQ(charge->row->id, c.row);
}

class Price : public ::testing::TestWithParam<Case> {};
TEST_P(Price, IsAsTheTariffSays) { expect_price(GetParam(), test::tariff(GetParam().tariff)); }

class PriceInNewYork : public ::testing::TestWithParam<Case> {};
TEST_P(PriceInNewYork, IsAsTheTariffSays) { expect_price(GetParam(), test::tariff(GetParam().tariff, test::new_york())); }

constexpr const char* monday = "2026-01-05T12:00";
constexpr const char* bob = "+4930123456";

// ---- increments

constexpr const char* by_second = "prefix,price_per_minute\n+49,0.06\n";
constexpr const char* by_minute = "prefix,price_per_minute,first_increment,increment\n+49,0.06,60,60\n";
constexpr const char* thirty_six = "prefix,price_per_minute,first_increment,increment\n+49,0.06,30,6\n";
constexpr const char* sixty_one = "prefix,price_per_minute,first_increment,increment\n+49,0.06,60,1\n";

INSTANTIATE_TEST_SUITE_P(
    Increments, Price,
    ::testing::Values(
        Case{"second_nothing", by_second, bob, monday, 0s, "0.00", 0}, Case{"second_begun", by_second, bob, monday, 1us, "0.001", 1},
        Case{"second_full", by_second, bob, monday, 1s, "0.001", 1}, Case{"second_next_begun", by_second, bob, monday, 1s + 1us, "0.002", 2},
        Case{"second_minute", by_second, bob, monday, 1min, "0.06", 60}, Case{"second_hour", by_second, bob, monday, 1h, "3.60", 3600},
        Case{"minute_nothing", by_minute, bob, monday, 0s, "0.00", 0}, Case{"minute_begun", by_minute, bob, monday, 1s, "0.06", 1},
        Case{"minute_full", by_minute, bob, monday, 60s, "0.06", 1}, Case{"minute_next_begun", by_minute, bob, monday, 60s + 1us, "0.12", 2},
        Case{"minute_two", by_minute, bob, monday, 120s, "0.12", 2}, Case{"30_6_begun", thirty_six, bob, monday, 1s, "0.03", 1},
        Case{"30_6_first", thirty_six, bob, monday, 30s, "0.03", 1}, Case{"30_6_second_begun", thirty_six, bob, monday, 31s, "0.036", 2},
        Case{"30_6_second_full", thirty_six, bob, monday, 36s, "0.036", 2}, Case{"30_6_third_begun", thirty_six, bob, monday, 37s, "0.042", 3},
        Case{"60_1_first", sixty_one, bob, monday, 59s, "0.06", 1}, Case{"60_1_second", sixty_one, bob, monday, 61s, "0.061", 2},
        Case{"60_1_ten_minutes", sixty_one, bob, monday, 10min, "0.60", 541},
        Case{"longest_call", "prefix,price_per_minute\n,1000000\n", bob, monday, longest_call, "44640000000.00", 2678400}),
    name_of);

// ---- fees and free seconds

constexpr const char* with_fee = "prefix,connection_fee,price_per_minute,first_increment,increment\n+49,0.10,0.06,60,60\n";
constexpr const char* fee_alone = "prefix,connection_fee,price_per_minute,first_increment,increment\n+49,0.10,0,60,60\n";
constexpr const char* ten_free = "prefix,free_seconds,price_per_minute,first_increment,increment\n+49,10,0.06,60,60\n";
constexpr const char* ten_free_with_fee = "prefix,connection_fee,free_seconds,price_per_minute\n+49,0.10,10,0.06\n";
constexpr const char* free_into_peak = "prefix,free_seconds,price_per_minute,hours\n+49,10,0.06,\n+49,0,0.60,08:00-18:00\n";

INSTANTIATE_TEST_SUITE_P(
    FeesAndFreeSeconds, Price,
    ::testing::Values(Case{"fee_of_the_shortest_call", with_fee, bob, monday, 0s, "0.10", 0},
                      Case{"fee_and_first_increment", with_fee, bob, monday, 1s, "0.16", 1}, Case{"fee_once", with_fee, bob, monday, 61s, "0.22", 2},
                      Case{"fee_alone", fee_alone, bob, monday, 1h, "0.10", 60}, Case{"free_nothing", ten_free, bob, monday, 0s, "0.00", 0},
                      Case{"free_all_used", ten_free, bob, monday, 10s, "0.00", 0},
                      Case{"free_and_first_begun", ten_free, bob, monday, 10s + 1us, "0.06", 1},
                      Case{"free_and_first_full", ten_free, bob, monday, 70s, "0.06", 1},
                      Case{"free_and_second_begun", ten_free, bob, monday, 70s + 1us, "0.12", 2},
                      Case{"free_seconds_do_not_free_the_fee", ten_free_with_fee, bob, monday, 5s, "0.10", 0},
                      Case{"free_seconds_then_seconds", ten_free_with_fee, bob, monday, 15s, "0.105", 5},
                      Case{"free_seconds_of_the_answer_end_in_the_peak", free_into_peak, bob, "2026-01-05T06:59:55", 12s, "0.02", 2},
                      Case{"free_seconds_of_a_later_row_do_not_count", free_into_peak, bob, "2026-01-05T16:59:55", 12s, "0.057", 12, 2}),
    name_of);

// ---- prefixes, groups, validity

constexpr const char* prefixes = "prefix,price_per_minute\n,1.00\n+4,0.50\n+49,0.20\n+4930,0.10\n+491,0.30\n112,0\nalice,0.01\n";

INSTANTIATE_TEST_SUITE_P(LongestPrefix, Price,
                         ::testing::Values(Case{"of_all", prefixes, "+4930123", monday, 1min, "0.10", 60, 4},
                                           Case{"is_the_number_itself", prefixes, "+4930", monday, 1min, "0.10", 60, 4},
                                           Case{"is_longer_than_the_number", prefixes, "+493", monday, 1min, "0.20", 60, 3},
                                           Case{"sorts_between_others", prefixes, "+4917", monday, 1min, "0.30", 60, 5},
                                           Case{"sorts_after_others", prefixes, "+4999", monday, 1min, "0.20", 60, 3},
                                           Case{"of_a_neighbour", prefixes, "+48", monday, 1min, "0.50", 60, 2},
                                           Case{"is_empty", prefixes, "+1", monday, 1min, "1.00", 60, 1},
                                           Case{"short_number", prefixes, "112", monday, 1min, "0.00", 60, 6},
                                           Case{"name", prefixes, "alice", monday, 1min, "0.01", 60, 7},
                                           Case{"other_name", prefixes, "bob", monday, 1min, "1.00", 60, 1}),
                         name_of);

constexpr const char* groups = "prefix,group,price_per_minute\n+49,,0.10\n+49,gold,0.05\n+4930,,0.08\n+4989,gold,0.02\n";
constexpr const char* years =
    "prefix,price_per_minute,valid_from,valid_until\n+49,0.06,,\n+49,0.12,2026-01-01T00:00:00+01:00,\n+49,0.18,2026-02-01,2026-03-01\n"
    "+4930,0.24,,2026-01-15\n";
constexpr const char* bands_tie =
    "prefix,price_per_minute,valid_from,days,hours\n+49,0.06,,,\n+49,0.12,,,08:00-18:00\n+49,0.18,,mon-fri,08:00-18:00\n"
    "+49,0.24,,mon-wed,10:00-18:00\n+49,0.30,,wed-fri,10:00-18:00\n+49,0.36,2026-06-01,,09:00-20:00\n";

INSTANTIATE_TEST_SUITE_P(Ties, Price,
                         ::testing::Values(Case{"group_before_all", groups, "+4911", monday, 1min, "0.05", 60, 2, "gold"},
                                           Case{"prefix_before_group", groups, "+4930", monday, 1min, "0.08", 60, 3, "gold"},
                                           Case{"no_group", groups, "+4911", monday, 1min, "0.10", 60, 1},
                                           Case{"unknown_group", groups, "+4911", monday, 1min, "0.10", 60, 1, "silver"},
                                           Case{"longest_prefix_is_for_others", groups, "+4989", monday, 1min, "0.10", 60, 1, "silver"},
                                           Case{"longest_prefix_is_for_the_group", groups, "+4989", monday, 1min, "0.02", 60, 4, "gold"},
                                           Case{"before_the_year", years, "+4911", "2025-12-31T22:59:59", 1s, "0.001", 1, 1},
                                           Case{"first_instant_of_the_year", years, "+4911", "2025-12-31T23:00", 1s, "0.002", 1, 2},
                                           Case{"across_the_year", years, "+4911", "2025-12-31T22:59:50", 20s, "0.03", 20, 1},
                                           Case{"later_start_of_validity", years, "+4911", "2026-02-15", 1s, "0.003", 1, 3},
                                           Case{"first_instant_outside", years, "+4911", "2026-03-01", 1s, "0.002", 1, 2},
                                           Case{"last_instant_inside", years, "+4911", "2026-02-28T23:59:59.999999", 1us, "0.003", 1, 3},
                                           Case{"longer_prefix_while_valid", years, bob, "2026-01-14T23:59:59", 1s, "0.004", 1, 4},
                                           Case{"shorter_prefix_afterwards", years, bob, "2026-01-15", 1s, "0.002", 1, 2},
                                           Case{"across_prefixes", years, bob, "2026-01-14T23:59:59", 2s, "0.006", 2, 4},
                                           Case{"narrower_band", bands_tie, bob, "2026-01-08T08:00", 1s, "0.003", 1, 3},
                                           Case{"narrowest_band", bands_tie, bob, "2026-01-08T09:00", 1s, "0.005", 1, 5},
                                           Case{"equal_bands_in_order_of_the_list", bands_tie, bob, "2026-01-07T09:00", 1s, "0.004", 1, 4},
                                           Case{"weekend", bands_tie, bob, "2026-01-10T09:00", 1s, "0.002", 1, 2},
                                           Case{"later_validity_before_narrower_band", bands_tie, bob, "2026-06-03T09:00", 1s, "0.006", 1, 6}),
                         name_of);

// ---- bands

constexpr const char* peak = "prefix,price_per_minute,first_increment,increment,days,hours\n+49,0.06,60,60,,\n+49,0.60,60,60,mon-fri,08:00-18:00\n";
constexpr const char* night = "prefix,price_per_minute,days,hours\n+49,0.06,,\n+49,0.006,,22:00-06:00\n";
constexpr const char* friday_night = "prefix,price_per_minute,days,hours\n+49,0.06,,\n+49,0.006,fri,22:00-06:00\n";
constexpr const char* sunday_night = "prefix,price_per_minute,days,hours\n+49,0.06,,\n+49,0.006,sun,22:00-06:00\n";
constexpr const char* band_alone = "prefix,price_per_minute,hours\n+49,0.60,08:00-18:00\n";
constexpr const char* unequal = "prefix,price_per_minute,first_increment,increment,hours\n+49,0.06,60,60,\n+49,0.60,30,6,08:00-18:00\n";

INSTANTIATE_TEST_SUITE_P(Bands, Price,
                         ::testing::Values(Case{"before_the_peak", peak, bob, "2026-01-05T06:59:00", 1min, "0.06", 1},
                                           Case{"in_the_peak", peak, bob, "2026-01-05T07:00", 1min, "0.60", 1, 2},
                                           Case{"after_the_peak", peak, bob, "2026-01-05T17:00", 1min, "0.06", 1},
                                           Case{"saturday", peak, bob, "2026-01-10T11:00", 1min, "0.06", 1},
                                           Case{"up_to_the_border", peak, bob, "2026-01-05T06:59:30", 30s, "0.06", 1},
                                           Case{"a_microsecond_over_the_border", peak, bob, "2026-01-05T06:59:30", 30s + 1us, "0.66", 2},
                                           Case{"a_border_begins_an_increment", peak, bob, "2026-01-05T06:59:30", 90s, "0.66", 2},
                                           Case{"out_of_the_peak", peak, bob, "2026-01-05T16:59:30", 40s, "0.66", 2, 2},
                                           Case{"through_the_whole_peak", peak, bob, "2026-01-05T06:59:30", 10h + 1min, "360.12", 602},
                                           Case{"midnight_is_no_border_of_its_own", peak, bob, "2026-01-05T22:59:30", 1min, "0.06", 1},
                                           Case{"after_a_border_the_following_increment", unequal, bob, "2026-01-05T06:59:30", 31s, "0.12", 2},
                                           Case{"in_a_band_its_first_increment", unequal, bob, "2026-01-05T07:00", 31s, "0.36", 2, 2},
                                           Case{"into_the_night", night, bob, "2026-01-05T20:59:50", 20s, "0.011", 20},
                                           Case{"across_midnight", night, bob, "2026-01-05T22:59:50", 20s, "0.002", 20, 2},
                                           Case{"out_of_the_night", night, bob, "2026-01-05T04:59:50", 20s, "0.011", 20, 2},
                                           Case{"the_day_after_friday", friday_night, bob, "2026-01-10T02:00", 10s, "0.001", 10, 2},
                                           Case{"friday_before_dawn_is_thursdays", friday_night, bob, "2026-01-09T02:00", 10s, "0.01", 10},
                                           Case{"saturday_evening", friday_night, bob, "2026-01-10T21:30", 10s, "0.01", 10},
                                           Case{"thursday_into_friday", friday_night, bob, "2026-01-08T22:59:55", 10s, "0.01", 10},
                                           Case{"week_turns", sunday_night, bob, "2026-01-05T00:00", 10s, "0.001", 10, 2},
                                           Case{"no_other_row_begins_so_the_old_goes_on", band_alone, bob, "2026-01-05T16:59:50", 20s, "0.20", 20}),
                         name_of);

// ---- the clocks change: in Berlin on 2026-03-29 and 2026-10-25 at 1:00 UTC, in New York on 2026-03-08 at 7:00 and 2026-11-01 at 6:00 UTC

constexpr const char* two_to_three = "prefix,price_per_minute,hours\n+49,0.06,\n+49,0.60,02:00-03:00\n";
constexpr const char* one_to_two = "prefix,price_per_minute,hours\n+49,0.06,\n+49,0.60,01:00-02:00\n";

INSTANTIATE_TEST_SUITE_P(DaylightSaving, Price,
                         ::testing::Values(Case{"an_hour_that_does_not_exist", two_to_three, bob, "2026-03-29T00:59:50", 20s, "0.02", 20},
                                           Case{"an_hour_that_exists_twice", two_to_three, bob, "2026-10-24T23:59:00", 2h + 2min, "72.12", 7320},
                                           Case{"the_second_of_the_two_hours", two_to_three, bob, "2026-10-25T01:30", 10s, "0.10", 10, 2},
                                           Case{"the_hour_of_any_other_night", two_to_three, bob, "2026-10-26T00:59:50", 20s, "0.11", 20},
                                           Case{"a_night_of_seven_hours", night, bob, "2026-03-28T20:59:00", 7h + 2min, "2.64", 25320},
                                           Case{"a_night_of_nine_hours", night, bob, "2026-10-24T19:59:00", 9h + 2min, "3.36", 32520},
                                           Case{"peak_in_summer", peak, bob, "2026-07-06T06:00", 1min, "0.60", 1, 2},
                                           Case{"before_the_peak_in_summer", peak, bob, "2026-07-06T05:59:00", 1min, "0.06", 1},
                                           Case{"a_change_is_no_border_of_its_own", peak, bob, "2026-03-29T00:59:30", 1min, "0.06", 1}),
                         name_of);

INSTANTIATE_TEST_SUITE_P(DaylightSaving, PriceInNewYork,
                         ::testing::Values(Case{"an_hour_that_does_not_exist", two_to_three, bob, "2026-03-08T06:59:50", 20s, "0.02", 20},
                                           Case{"an_hour_that_exists_twice", one_to_two, bob, "2026-11-01T04:59:00", 2h + 2min, "72.12", 7320},
                                           Case{"a_night_of_seven_hours", night, bob, "2026-03-08T02:59:00", 7h + 2min, "2.64", 25320},
                                           Case{"a_night_of_nine_hours", night, bob, "2026-11-01T01:59:00", 9h + 2min, "3.36", 32520},
                                           Case{"peak_in_winter", peak, bob, "2026-01-05T13:00", 1min, "0.60", 1, 2},
                                           Case{"sunday_there_when_it_is_monday_in_utc", peak, bob, "2026-01-05T02:00", 1min, "0.06", 1}),
                         name_of);

// ---- rounding

constexpr const char* thirds = "prefix,price_per_minute\n+49,0.01\n";
constexpr const char* thirds_in_bands = "prefix,price_per_minute,hours\n+49,0.01,\n+49,0.02,08:00-18:00\n";

INSTANTIATE_TEST_SUITE_P(Rounding, Price,
                         ::testing::Values(Case{"up_from_two_thirds", thirds, bob, monday, 1s, "0.000167", 1},
                                           Case{"up_from_a_third", thirds, bob, monday, 2s, "0.000334", 2},
                                           Case{"not_at_all", thirds, bob, monday, 3s, "0.0005", 3},
                                           Case{"not_of_each_increment", thirds, bob, monday, 1min, "0.01", 60},
                                           Case{"of_the_least", "prefix,price_per_minute\n+49,0.000001\n", bob, monday, 1s, "0.000001", 1},
                                           Case{"of_the_sum_over_a_border", thirds_in_bands, bob, "2026-01-05T06:59:59", 2s, "0.0005", 2}),
                         name_of);

TEST(OnNet, IsFreeWhereTheTariffSaysSo) {
    const Call call{.destination = "+4930", .on_net = true, .answered = at(monday), .duration = 60s};
    const auto free = rate(test::tariff(by_minute, test::berlin(), /*free_on_net=*/true), call);
    ASSERT_TRUE(free);
    EXPECT_EQ(free->price, (Money{0, *Currency::parse("EUR")}));
    EXPECT_EQ(free->row, nullptr);
    const Tariff priced = test::tariff(by_minute);
    EXPECT_EQ(rate(priced, call)->price.micros, 60'000);
    // Who is free on-net needs no credit and no row.
    const Call nowhere{.destination = "alice", .on_net = true, .answered = at(monday)};
    EXPECT_EQ(lasts(test::tariff(by_minute, test::berlin(), true), nowhere, {0, *Currency::parse("EUR")}), longest_call);
}

TEST(Rate, SaysWhyThereIsNoPrice) {
    const Tariff tariff = test::tariff(band_alone);
    const auto error = [&](const char* destination, const char* answered, Duration duration) {
        return rate(tariff, {.destination = destination, .answered = at(answered), .duration = duration}).error();
    };
    EXPECT_EQ(error("+48", monday, 1s), RatingError::no_row);
    EXPECT_EQ(error("", monday, 1s), RatingError::no_row);
    EXPECT_EQ(error(bob, "2026-01-05T17:00", 1s), RatingError::no_row);
    EXPECT_EQ(error(bob, monday, -1us), RatingError::bad_duration);
    EXPECT_EQ(error(bob, monday, longest_call + 1us), RatingError::bad_duration);
    EXPECT_EQ(rate(Tariff(), {.destination = bob}).error(), RatingError::no_row);
}

// A border every minute, at each of which a day is charged: more than 64 bits of sixtieths hold.
TEST(Rate, NeverWraps) {
    std::string csv = "prefix,price_per_minute,first_increment,increment,hours\n+49,1000000,86400,86400,\n";
    for (int minute = 0; minute < 1440; minute += 2)
        csv += fmt::format("+49,999999,86400,86400,{:02}:{:02}-{:02}:{:02}\n", minute / 60, minute % 60, (minute + 1) / 60, (minute + 1) % 60);
    const Tariff tariff = test::tariff(csv);
    EXPECT_EQ(rate(tariff, {.destination = bob, .answered = at(monday), .duration = 24h}).error(), RatingError::overflow);
    EXPECT_TRUE(rate(tariff, {.destination = bob, .answered = at(monday), .duration = 1h}));
}

TEST(Lasts, UpToTheEndOfTheLastIncrementThatIsPaid) {
    const Tariff tariff = test::tariff(with_fee);
    const auto eur = *Currency::parse("EUR");
    const auto seconds = [&](Micros credit) { return lasts(tariff, {.destination = bob, .answered = at(monday)}, {credit, eur}); };
    EXPECT_EQ(seconds(99'999).error(), RatingError::no_credit);
    EXPECT_EQ(seconds(-1).error(), RatingError::no_credit);
    EXPECT_EQ(seconds(-160'000'000'000'000'000).error(), RatingError::no_credit);
    EXPECT_EQ(seconds(100'000), 0s);
    EXPECT_EQ(seconds(159'999), 0s);
    EXPECT_EQ(seconds(160'000), 60s);
    EXPECT_EQ(seconds(219'999), 60s);
    EXPECT_EQ(seconds(220'000), 120s);
    EXPECT_EQ(seconds(INT64_MAX), longest_call);
    EXPECT_EQ(lasts(tariff, {.destination = bob, .answered = at(monday)}, {1, *Currency::parse("USD")}).error(), RatingError::other_currency);
    EXPECT_EQ(lasts(tariff, {.destination = "+1", .answered = at(monday)}, {1, eur}).error(), RatingError::no_row);
}

TEST(Lasts, OverBordersAndFreeStretches) {
    const auto eur = *Currency::parse("EUR");
    const Tariff peaked = test::tariff(peak), freed = test::tariff(ten_free);
    // Half a minute before the peak: 0.06 for the rest of it, then 0.60 a minute.
    const Call call{.destination = bob, .answered = at("2026-01-05T06:59:30")};
    EXPECT_EQ(lasts(peaked, call, {650'000, eur}), 30s);
    EXPECT_EQ(lasts(peaked, call, {660'000, eur}), 90s);
    EXPECT_EQ(lasts(freed, call, {0, eur}), 10s);
    EXPECT_EQ(lasts(freed, call, {60'000, eur}), 70s);
    EXPECT_EQ(lasts(test::tariff(fee_alone), call, {100'000, eur}), longest_call);
}

TEST(Preview, ShowsEveryStretch) {
    const Tariff tariff = test::tariff(ten_free_with_fee + std::string("+4930,0.05,5,0.60\n"));
    const auto shown = preview(tariff, {.destination = "+4911", .answered = at(monday), .duration = 15s});
    ASSERT_TRUE(shown);
    EXPECT_EQ(shown->connection_fee, 100'000);
    EXPECT_EQ(shown->free, 10s);
    ASSERT_EQ(shown->steps.size(), 1u);
    EXPECT_EQ(shown->steps[0].from, 10s);
    EXPECT_EQ(shown->steps[0].to, 15s);
    EXPECT_EQ(shown->steps[0].sixtieths, 5 * 60'000);
    EXPECT_EQ(shown->charge.price.micros, 105'000);

    const Tariff banded = test::tariff(peak);
    const auto two = preview(banded, {.destination = bob, .answered = at("2026-01-05T06:59:30"), .duration = 100s});
    ASSERT_TRUE(two);
    ASSERT_EQ(two->steps.size(), 2u);
    EXPECT_TRUE(two->steps[0].opens);
    EXPECT_FALSE(two->steps[1].opens);
    EXPECT_EQ(two->steps[1].row->id, 2u);
    EXPECT_EQ(two->steps[1].increments, 2u);
    EXPECT_EQ(two->steps[1].charged, 120s);
    EXPECT_EQ(two->charge.charged, 180s);
    EXPECT_EQ(two->charge.rows, 2u);
}

}  // namespace
}  // namespace offhook::charging
