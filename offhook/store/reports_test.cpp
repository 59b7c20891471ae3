// Lists and sums of call records with filters, and rating calls again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "offhook/store/charging_fixture_test.hpp"

namespace offhook::store {
namespace {

using namespace std::chrono_literals;
using accounting::CallRecord;
using charging::Micros;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr UtcTime monday = UtcTime(std::chrono::sys_days(std::chrono::year(2026) / 1 / 5));

class ReportsTest : public ::testing::Test {
protected:
    ReportsTest() : store(opened(config_for(directory.file("offhook.db")), nullptr)) {}

    struct Made {
        std::string account = "acme", destination = "+4930", user = "alice@example.com";
        UtcTime invited = monday;
        Duration lasted = 10s;
        int status = 200;
    };
    std::uint64_t make(const Made& m) {
        CallRecord r = record(++last);
        r.account = m.account;
        r.destination = m.destination;
        r.user = m.user;
        r.invited = m.invited;
        r.answered = m.status == 200 ? m.invited + 2s : UtcTime{};
        r.status = m.status;
        r.ended = m.invited + 2s + m.lasted;
        r.seconds = m.status == 200 ? m.lasted / 1s : 0;
        r.end = m.status == 200 ? CallRecord::End::caller : CallRecord::End::refused;
        r.rule = charging::Rule::none;
        store->put(r, Ticket{});
        return last;
    }
    std::vector<std::uint64_t> ids(const RecordFilter& filter, std::size_t limit = 100) {
        std::vector<std::uint64_t> out;
        store->flush();
        for (std::uint64_t after = 0;;) {
            const auto page = store->reader().records(filter, after, limit).value();
            for (const CallRecord& r : page) out.push_back(r.id);
            if (page.empty()) return out;
            after = page.back().id;
        }
    }
    void add(charging::Account a, Micros deposit) {
        import_tariff(*store);
        ASSERT_TRUE(store->account_admin().add(a));
        if (deposit != 0) {
            ASSERT_TRUE(store->account_admin().credit(a.name, deposit, "first", ""));
        }
    }
    std::vector<GroupTotals> totals(GroupBy by, const RecordFilter& filter = {}) {
        store->flush();
        const auto found = store->totals_reader().totals({filter, by, 3});
        if (!found) ADD_FAILURE() << found.error();
        return found.value_or(std::vector<GroupTotals>{});
    }

    const Directory directory;
    std::unique_ptr<Store> store;
    std::uint64_t last = 0;
};

TEST_F(ReportsTest, RecordsAreFilteredInBothOrders) {
    make({});
    make({.account = "other", .destination = "+43"});
    make({.destination = "+431", .invited = monday + 1s, .lasted = 70s});
    make({.user = "bob@example.com", .invited = monday + 2s, .status = 486});
    make({.account = "", .destination = "bob", .invited = monday + 2s});
    RecordFilter filter;
    filter.account = "acme";
    EXPECT_THAT(ids(filter), ElementsAre(1, 3, 4));
    EXPECT_THAT(ids(filter, 1), ElementsAre(1, 3, 4));
    filter.newest_first = true;
    EXPECT_THAT(ids(filter, 2), ElementsAre(4, 3, 1));
    filter.user = "alice@example.com";
    EXPECT_THAT(ids(filter, 1), ElementsAre(3, 1));
    filter = {};
    filter.destination = "+43";
    EXPECT_THAT(ids(filter, 1), ElementsAre(2, 3));
    filter.account = "other";
    EXPECT_THAT(ids(filter), ElementsAre(2));
    filter = {};
    filter.status = 486;
    EXPECT_THAT(ids(filter), ElementsAre(4));
    filter = {};
    filter.seconds = 11;
    EXPECT_THAT(ids(filter), ElementsAre(3));
    filter.to = monday + 1s;
    EXPECT_THAT(ids(filter), ElementsAre());
    filter = {};
    filter.charged = true;
    EXPECT_THAT(ids(filter), ElementsAre(1, 2, 3));
}

// More than two slices of those that are looked at, few of which fit.
TEST_F(ReportsTest, ManyRecordsAreLookedAtInSlices) {
    for (int i = 0; i < 25'000; ++i) make({.destination = i % 5'000 == 4'999 ? "+43" : "+49", .invited = monday + std::chrono::seconds(i)});
    RecordFilter filter;
    filter.destination = "+43";
    EXPECT_THAT(ids(filter, 2), ElementsAre(5'000, 10'000, 15'000, 20'000, 25'000));
    filter.newest_first = true;
    EXPECT_THAT(ids(filter, 3), ElementsAre(25'000, 20'000, 15'000, 10'000, 5'000));
    const auto all = totals(GroupBy::prefix);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].key, "+43");
    EXPECT_EQ(all[0].calls, 5U);
    EXPECT_EQ(all[1].calls, 24'995U);
    EXPECT_EQ(all[1].seconds, 249'950);
}

TEST_F(ReportsTest, TotalsAreByDayUserAccountAndPrefix) {
    charging::Account a = prepaid("acme");
    a.prepaid = false;
    add(a, 0);
    make({});
    make({.invited = monday + 1h, .lasted = 20s});
    make({.user = "bob@example.com", .invited = monday + 24h, .status = 486});
    make({.account = "", .destination = "bob", .invited = monday + 24h, .lasted = 5s});
    const auto days = totals(GroupBy::day);
    ASSERT_EQ(days.size(), 2U);
    EXPECT_EQ(days[0].key, "2026-01-05");
    EXPECT_EQ(days[0].calls, 2U);
    EXPECT_EQ(days[0].seconds, 30);
    EXPECT_EQ(days[0].prices.at("EUR"), 300'000);
    EXPECT_DOUBLE_EQ(days[0].asr(), 1);
    EXPECT_DOUBLE_EQ(days[0].acd(), 15);
    EXPECT_EQ(days[1].key, "2026-01-06");
    EXPECT_TRUE(days[1].prices.empty());
    EXPECT_DOUBLE_EQ(days[1].asr(), 0.5);
    const auto users = totals(GroupBy::user);
    ASSERT_EQ(users.size(), 2U);
    EXPECT_EQ(users[1].key, "bob@example.com");
    EXPECT_DOUBLE_EQ(users[1].acd(), 0);
    const auto accounts = totals(GroupBy::account);
    ASSERT_EQ(accounts.size(), 2U);
    EXPECT_EQ(accounts[0].key, "");
    EXPECT_EQ(accounts[1].calls, 3U);
    const auto prefixes = totals(GroupBy::prefix);
    ASSERT_EQ(prefixes.size(), 2U);
    EXPECT_EQ(prefixes[0].key, "+49");
    EXPECT_EQ(prefixes[1].key, "bob");
    RecordFilter filter;
    filter.account = "acme";
    filter.from = monday + 1h;
    EXPECT_EQ(totals(GroupBy::account, filter).at(0).calls, 2U);
}

TEST_F(ReportsTest, CallsAreRatedAgainOnce) {
    charging::Account poor = prepaid("poor"), rich = prepaid("rich");
    rich.prepaid = false;
    add(poor, 150'000);
    ASSERT_TRUE(store->account_admin().add(rich));
    make({.account = "poor"});
    make({.account = "rich"});
    make({.account = "rich", .destination = "+43", .invited = monday + 1h});  // no row: not rated
    make({.account = "rich", .status = 486});
    store->flush();
    import_tariff(*store, "prefix,price_per_minute\n+49,1.2\n+43,0.3\n");
    const RatingPeriod period{monday, monday + 24h, "", ""};
    const RatingPage report = store->rerater().page(period, 0, 100, false).value();
    ASSERT_EQ(report.calls.size(), 3U);
    EXPECT_EQ(report.next, 0U);
    EXPECT_EQ(report.calls[0].stored->price, 100'000);
    EXPECT_EQ(report.calls[0].now->price, 200'000);
    EXPECT_TRUE(report.calls[0].differs());
    EXPECT_FALSE(report.calls[0].applied);
    EXPECT_FALSE(report.calls[2].stored);
    EXPECT_EQ(report.calls[2].now->price, 50'000);
    EXPECT_EQ(account(*store, "rich").balance, -100'000);

    for (int again = 0; again < 2; ++again) {
        for (std::uint64_t after = 0;;) {  // pages of one
            const RatingPage page = store->rerater().page(period, after, 1, true).value();
            if (!page.calls.empty() && page.calls[0].record == 1) {
                EXPECT_EQ(page.calls[0].applied.value(), 150'000);  // all that it has
            }
            if (page.next == 0) break;
            after = page.next;
        }
        EXPECT_EQ(account(*store, "poor").balance, 0);
        EXPECT_EQ(account(*store, "rich").balance, -250'000);
    }
    EXPECT_EQ(store->reader().record(3).value()->rated->price, 50'000);
    EXPECT_EQ(store->reader().record(3).value()->rated->prefix, "+43");
    import_tariff(*store);  // back, and the money too
    ASSERT_TRUE(store->rerater().page({monday, monday + 24h, "poor", ""}, 0, 100, true));
    EXPECT_EQ(account(*store, "poor").balance, 50'000);
    std::size_t told = 0;
    const auto events = store->reader().events(0, 1000).value();
    for (const Event& e : events) {
        if (e.kind != "call_rerated") continue;
        ++told;
        EXPECT_TRUE(e.record->rated);
    }
    EXPECT_GE(told, 4U);
}

TEST_F(ReportsTest, WhatCannotBeRatedSaysWhy) {
    charging::Account a = prepaid("acme");
    a.prepaid = false;
    add(a, 0);
    make({.destination = "+43"});
    make({.account = "gone"});
    store->flush();
    const RatingPage page = store->rerater().page({}, 0, 100, true).value();
    ASSERT_EQ(page.calls.size(), 2U);
    EXPECT_THAT(page.calls[0].problem, HasSubstr("no row of the tariff"));
    EXPECT_EQ(page.calls[1].problem, "account gone does not exist any more");
    EXPECT_FALSE(page.calls[1].differs());
}

}  // namespace
}  // namespace offhook::store
