#include "offhook/charging/slice.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "offhook/charging/support_test.hpp"

namespace offhook::charging {
namespace {

using namespace std::chrono_literals;
using test::at;
using test::tariff;

Money euros(Micros micros) { return {micros, *Currency::parse("EUR")}; }

TEST(Slice, IsOfWholeIncrementsThatAreWantedAndPaidFor) {
    struct Case {
        const char* row;  ///< fee, free seconds, first increment, increment, price of a minute
        Duration wanted;
        Micros available;
        Duration lasts;  ///< 0: no credit
        Micros amount;
    };
    const std::vector<Case> cases{
        {"0,0,1,1,0.6", 60s, 10'000'000, 60s, 600'000},           // as wanted
        {"0,0,1,1,0.6", 59s + 1us, 10'000'000, 60s, 600'000},     // up to the end of the increment
        {"0,0,1,1,0.6", 60s, 600'000, 60s, 600'000},              // to the last micro-unit
        {"0,0,1,1,0.6", 60s, 599'999, 59s, 590'000},              // one less
        {"0,0,1,1,0.6", 60s, 10'000, 1s, 10'000},                 // an increment
        {"0,0,1,1,0.6", 60s, 9'999, 0s, 0},                       // not one
        {"0,0,1,1,0.6", 60s, 0, 0s, 0},                           //
        {"0,0,1,1,0.6", 60s, -5, 0s, 0},                          //
        {"0,0,60,60,0.6", 10s, 10'000'000, 60s, 600'000},         // the increment in which it ends
        {"0,0,60,60,0.6", 60s, 10'000'000, 60s, 600'000},         //
        {"0,0,60,60,0.6", 61s, 10'000'000, 120s, 1'200'000},      //
        {"0,0,60,60,0.6", 60s, 599'999, 0s, 0},                   //
        {"0,0,60,30,0.6", 70s, 10'000'000, 90s, 900'000},         //
        {"0.5,0,1,1,0.6", 10s, 10'000'000, 10s, 600'000},         // with its fee
        {"0.5,0,1,1,0.6", 10s, 500'000, 0s, 0},                   // the fee alone buys no time
        {"0.5,0,1,1,0.6", 10s, 499'999, 0s, 0},                   //
        {"0.5,20,1,1,0.6", 10s, 500'000, 20s, 500'000},           // but free seconds
        {"0,20,1,1,0.6", 10s, 0, 20s, 0},                         //
        {"0,20,1,1,0.6", 25s, 0, 20s, 0},                         //
        {"0,0,1,1,0", 10s, 0, longest_call, 0},                   // free
        {"0.1,0,1,1,0", 10s, 100'000, longest_call, 100'000},     // nothing but a fee
        {"0,0,1,1,0.6", 0s, 10'000'000, 1s, 10'000},              // a call that is answered begins an increment
        {"0,0,1,1,0.6", 1000h, INT64_MAX / 60, longest_call, 26'784'000'000},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(std::string(c.row) + " for " + std::to_string(c.available));
        const Tariff t = tariff(std::string("prefix,connection_fee,free_seconds,first_increment,increment,price_per_minute\n+49,") + c.row + "\n");
        const auto slice = slice_of(t, {.destination = "+4930", .answered = at("2026-01-05T12:00:00Z")}, c.wanted, euros(c.available));
        if (c.lasts == Duration{}) {
            ASSERT_FALSE(slice);
            EXPECT_EQ(slice.error(), RatingError::no_credit);
            continue;
        }
        ASSERT_TRUE(slice);
        EXPECT_EQ(slice->lasts, c.lasts);
        EXPECT_EQ(slice->amount, c.amount);
    }
}

TEST(Slice, OfWhatNoRowHoldsForIsNone) {
    const Tariff t = tariff("prefix,price_per_minute\n+49,0.6\n");
    EXPECT_EQ(slice_of(t, {.destination = "+43"}, 60s, euros(1)).error(), RatingError::no_row);
    EXPECT_EQ(slice_of(t, {.destination = "+49"}, 60s, {1, *Currency::parse("USD")}).error(), RatingError::other_currency);
}

// More time for a call that goes on costs what the whole call costs, no less is given than before, and no more is taken than there is.
TEST(Slice, GrowsWithoutGapsAndNeverBeyondWhatThereIs) {
    std::mt19937 random(5);
    const Tariff t = tariff(
        "prefix,connection_fee,free_seconds,first_increment,increment,price_per_minute,hours\n"
        "+49,0.05,3,30,6,0.37,08:00-18:00\n+49,0.01,0,60,60,0.11,18:00-08:00\n");
    for (int i = 0; i < 500; ++i) {
        const Call call{.destination = "+4930", .answered = at("2026-01-05T17:50:00Z") + std::chrono::seconds(random() % 900)};
        const Micros deposit = random() % 3'000'000;
        Slice last;
        for (Duration wanted = 60s; wanted < 1h; wanted += 60s) {
            const auto next = slice_of(t, call, wanted, euros(deposit));
            if (!next) break;
            EXPECT_GE(next->lasts, last.lasts);
            EXPECT_GE(next->amount, last.amount);
            EXPECT_LE(next->amount, deposit);
            last = *next;
        }
        if (last.lasts == Duration{}) continue;  // not even its fee was there
        Call ended = call;
        ended.duration = last.lasts;
        EXPECT_EQ(rate(t, ended)->price.micros, last.amount);
    }
}

TEST(Settlement, TakesThePriceOrWhatThereIs) {
    const Tariff t = tariff("prefix,price_per_minute\n+49,0.6\n");
    const Call call{.destination = "+4930", .answered = at("2026-01-05T12:00:00Z"), .duration = 10s};
    EXPECT_EQ(settle(t, call, nullptr)->price, 100'000);
    for (const auto& [available, price] : std::vector<std::pair<Micros, Micros>>{{100'000, 100'000}, {1'000'000, 100'000}, {99'999, 99'999}, {0, 0}, {-5, 0}}) {
        const auto settled = settle(t, call, &available);
        ASSERT_TRUE(settled);
        EXPECT_EQ(settled->price, price);
        EXPECT_EQ(settled->charge.price.micros, 100'000);
    }
    Call endless = call;
    endless.duration = longest_call + 1h;
    EXPECT_EQ(settle(t, endless, nullptr)->price, 26'784'000'000);
    endless.duration = -1s;
    EXPECT_EQ(settle(t, endless, nullptr)->price, 0);
    Call elsewhere = call;
    elsewhere.destination = "+1";
    EXPECT_EQ(settle(t, elsewhere, nullptr).error(), RatingError::no_row);
}

}  // namespace
}  // namespace offhook::charging
