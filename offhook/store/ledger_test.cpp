// What calls of accounts may do, hold and cost, through the store as accounting sees it: answers come after the commit, and the sums are right at
// every commit.
#include "offhook/store/ledger.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "offhook/store/charging_fixture_test.hpp"

namespace offhook::store {
namespace {

using namespace std::chrono_literals;
using accounting::CallRecord;
using accounting::Grant;
using charging::Limits;
using charging::Micros;
using charging::Rule;
using ::testing::Contains;
using ::testing::HasSubstr;

/// A store with the tariff, and calls of its accounts: 0.01 EUR a second.
class LedgerTest : public ::testing::Test {
protected:
    LedgerTest() { open(); }
    void open() {
        store = nullptr;
        Config config = config_for(directory.file("offhook.db"));
        config.commit_window = 0ms;
        store = opened(config, &answers);
    }
    void add(charging::Account account, Micros deposit) {
        import_tariff(*store, tariff);
        ASSERT_TRUE(store->account_admin().add(account));
        if (deposit != 0) {
            ASSERT_TRUE(store->account_admin().credit(account.name, deposit, "first", ""));
        }
    }
    Grant authorise(const accounting::ChargeRequest& request) {
        store->authorise(request, Answers::ticket(++slot));
        return answers.grant(slot);
    }
    Grant authorise(std::uint64_t id) { return authorise(request_of(id, now)); }
    Grant extend(std::uint64_t id, Duration wanted, UtcTime answered) {
        store->extend(request_of(id, answered), wanted, Answers::ticket(++slot));
        return answers.grant(slot);
    }
    void put(const CallRecord& record) {
        store->put(record, Answers::ticket(++slot));
        ASSERT_TRUE(answers.ok(slot));
    }
    void answer(std::uint64_t id, UtcTime at) { put(call(id, at)); }
    void end(std::uint64_t id, UtcTime answered, Duration lasted) {
        CallRecord r = call(id, answered);
        r.ended = (answered != UtcTime{} ? answered : now) + lasted;
        r.end = answered != UtcTime{} ? CallRecord::End::caller : CallRecord::End::cancelled;
        r.seconds = std::chrono::ceil<std::chrono::seconds>(lasted).count();
        put(r);
    }
    CallRecord call(std::uint64_t id, UtcTime answered) const {
        CallRecord r = record(id);
        r.account = "acme";
        r.destination = "+4930";
        r.invited = now;
        r.answered = answered;
        r.on_net = false;
        r.rule = Rule::none;
        return r;
    }
    std::optional<accounting::RatedPrice> price(std::uint64_t id) { return store->reader().record(id).value().value().rated; }
    charging::Account acme() { return account(*store, "acme"); }

    const Directory directory;
    Answers answers;
    std::uint32_t slot = 0;
    UtcTime now = seconds_from_now(0);
    std::string tariff = "prefix,price_per_minute\n+49,0.6\n";
    std::unique_ptr<Store> store;
};

TEST_F(LedgerTest, ACallIsReservedExtendedAndSettled) {
    add(prepaid("acme"), 1'000'000);
    const Grant first = authorise(1);
    EXPECT_EQ(first.rule, Rule::none);
    EXPECT_EQ(first.lasts, 60s);
    EXPECT_EQ(acme().reserved, 600'000);
    const UtcTime answered = now + 3s;
    answer(1, answered);
    EXPECT_EQ(extend(1, 90s, answered).lasts, 90s);
    EXPECT_EQ(acme().reserved, 900'000);
    const Grant rest = extend(1, 150s, answered);
    EXPECT_EQ(rest.rule, Rule::no_credit);
    EXPECT_EQ(rest.lasts, 100s);
    EXPECT_EQ(acme().reserved, 1'000'000);
    EXPECT_EQ(extend(1, 150s, answered).lasts, 100s);
    ASSERT_TRUE(store->account_admin().credit("acme", 100'000, "more", ""));
    EXPECT_EQ(extend(1, 110s, answered).lasts, 110s);
    EXPECT_EQ(store->account_reader().use("acme", now)->calls_in_progress, 1U);
    end(1, answered, 64s + 1us);
    EXPECT_EQ(acme().balance, 450'000);
    EXPECT_EQ(acme().reserved, 0);
    const auto rated = price(1);
    ASSERT_TRUE(rated);
    EXPECT_EQ(*rated, (accounting::RatedPrice{650'000, "EUR", "retail", "+49", 65, 65}));
    const AccountUse use = store->account_reader().use("acme", answered + 65s).value();
    EXPECT_EQ(use.calls_in_progress, 0U);
    EXPECT_EQ(use.spent_today, 650'000);
    const auto events = store->reader().events(0, 100).value();
    EXPECT_THAT(events.back().payload, HasSubstr(R"("account":"acme","destination":"+4930","price":"0.65","currency":"EUR","tariff":"retail","prefix":"+49")"));
}

TEST_F(LedgerTest, ACallThatIsNotAnsweredCostsNothing) {
    add(prepaid("acme"), 1'000'000);
    ASSERT_EQ(authorise(1).rule, Rule::none);
    end(1, {}, 5s);
    EXPECT_EQ(acme().balance, 1'000'000);
    EXPECT_EQ(acme().reserved, 0);
    EXPECT_FALSE(price(1));
}

TEST_F(LedgerTest, AnEndThatIsToldTwiceIsSettledOnce) {
    add(prepaid("acme"), 1'000'000);
    ASSERT_EQ(authorise(1).rule, Rule::none);
    answer(1, now);
    CallRecord ended = call(1, now);
    ended.ended = now + 10s;
    ended.end = CallRecord::End::callee;
    for (int i = 0; i < 3; ++i) store->put(ended, Ticket{});  // in one group, or in several
    put(ended);
    open();
    put(ended);
    EXPECT_EQ(acme().balance, 900'000);
    EXPECT_EQ(price(1)->price, 100'000);
    EXPECT_EQ(extend(1, 60s, now).rule, Rule::no_credit);  // nor does it come to life again
    EXPECT_EQ(acme().reserved, 0);
}

TEST_F(LedgerTest, EachRuleIsNamedAndReservesNothing) {
    struct Case {
        const char* what;
        std::function<void(charging::Account&)> set;
        Rule rule;
    };
    const std::vector<Case> cases{
        {"blocked", [](auto& a) { a.limits.blocked = {"+4930"}; }, Rule::blocked_prefix},
        {"allowed", [](auto& a) { a.limits.allowed = {"+43"}; }, Rule::not_allowed},
        {"user", [](auto& a) { a.limits.calls_of_user = 1; }, Rule::calls_of_user},
        {"account", [](auto& a) { a.limits.calls_of_account = 1; }, Rule::calls_of_account},
        {"hour", [](auto& a) { a.limits.calls_per_hour = 1; }, Rule::calls_per_hour},
        {"day", [](auto& a) { a.limits.calls_per_day = 1; }, Rule::calls_per_day},
        {"spend-hour", [](auto& a) { a.limits.spend_per_hour = 600'000; }, Rule::spend_per_hour},
        {"spend-day", [](auto& a) { a.limits.spend_per_day = 600'000; }, Rule::spend_per_day},
        {"tariff", [](auto& a) { a.tariff.clear(); }, Rule::no_tariff},
    };
    import_tariff(*store);
    std::uint64_t id = 0;
    for (const Case& c : cases) {
        charging::Account a = prepaid(c.what);
        c.set(a);
        ASSERT_TRUE(store->account_admin().add(a));
        ASSERT_TRUE(store->account_admin().credit(a.name, 10'000'000, "first", ""));
        accounting::ChargeRequest request = request_of(++id, now);
        request.account = a.name;
        Grant last = authorise(request);
        const Micros before = account(*store, a.name).reserved;
        if (last.rule == Rule::none) {
            request.record = ++id;
            last = authorise(request);
        }
        EXPECT_EQ(last.rule, c.rule) << c.what << ": " << text_of(last.rule);
        EXPECT_EQ(account(*store, a.name).reserved, before) << c.what;
    }
    accounting::ChargeRequest nobody = request_of(++id, now);
    nobody.account = "nobody";
    EXPECT_EQ(authorise(nobody).rule, Rule::no_credit);
}

TEST_F(LedgerTest, CreditTariffAndLockAreAsked) {
    add(prepaid("acme"), 9'999);
    EXPECT_EQ(authorise(1).rule, Rule::no_credit);
    ASSERT_TRUE(store->account_admin().credit("acme", 1, "one more", ""));
    const Grant one = authorise(2);
    EXPECT_EQ(one.rule, Rule::none);
    EXPECT_EQ(one.lasts, 1s);
    accounting::ChargeRequest elsewhere = request_of(3, now);
    elsewhere.destination = "+1202";
    EXPECT_EQ(authorise(elsewhere).rule, Rule::no_tariff);
    ASSERT_TRUE(store->account_admin().lock("acme", "by hand"));
    EXPECT_EQ(authorise(4).rule, Rule::locked);
    EXPECT_EQ(extend(2, 2s, now).lasts, 1s);  // a call in progress goes on
}

TEST_F(LedgerTest, APostpaidAccountGoesBelowZero) {
    charging::Account a = prepaid("acme");
    a.prepaid = false;
    add(a, 0);
    const Grant grant = authorise(1);
    EXPECT_EQ(grant.rule, Rule::none);
    EXPECT_EQ(grant.lasts, Duration::max());
    answer(1, now);
    EXPECT_EQ(extend(1, 1h, now).lasts, Duration::max());
    end(1, now, 10s);
    EXPECT_EQ(acme().balance, -100'000);
    EXPECT_EQ(acme().reserved, 0);
    accounting::ChargeRequest elsewhere = request_of(3, now);
    elsewhere.destination = "+1202";
    EXPECT_EQ(authorise(elsewhere).rule, Rule::no_tariff);
}

TEST_F(LedgerTest, AnAccountWithoutATariffIsCountedNotCharged) {
    charging::Account a = prepaid("acme");
    a.prepaid = false;
    a.tariff.clear();
    a.limits.calls_of_account = 1;
    add(a, 0);
    EXPECT_EQ(authorise(1).lasts, Duration::max());
    EXPECT_EQ(authorise(2).rule, Rule::calls_of_account);
    answer(1, now);
    end(1, now, 10s);
    EXPECT_FALSE(price(1));
    EXPECT_EQ(authorise(2).rule, Rule::none);
}

TEST_F(LedgerTest, ABurstOfNewPremiumDestinationsLocks) {
    charging::Account a = prepaid("acme");
    a.limits.premium = {"+4990"};
    a.limits.burst = 3;
    a.limits.burst_minutes = 10;
    add(a, 10'000'000);
    accounting::ChargeRequest request = request_of(1, now);
    const auto premium = [&](const char* destination, UtcTime at) {
        ++request.record;
        request.destination = destination;
        request.at = at;
        return authorise(request).rule;
    };
    EXPECT_EQ(premium("+49901", now), Rule::none);
    EXPECT_EQ(premium("+49902", now + 1min), Rule::none);
    EXPECT_EQ(premium("+49901", now + 2min), Rule::none);  // known
    EXPECT_EQ(premium("+49903", now + 10min), Rule::none);  // the first is too long ago
    EXPECT_EQ(premium("+49904", now + 10min + 1s), Rule::locked);
    EXPECT_EQ(premium("+4930", now + 11min), Rule::locked);
    EXPECT_TRUE(acme().locked);
    EXPECT_EQ(acme().lock_reason, "3 new premium destinations within 10 minutes");
    std::vector<std::string> kinds;
    const auto events = store->reader().events(0, 100).value();
    for (const Event& e : events) kinds.push_back(e.kind);
    EXPECT_THAT(kinds, Contains("account_locked"));
    ASSERT_TRUE(store->account_admin().unlock("acme"));
    EXPECT_EQ(premium("+49905", now + 11min), Rule::none);
}

TEST_F(LedgerTest, UseFromManyNetworksLocks) {
    charging::Account a = prepaid("acme");
    a.limits.networks = 2;
    add(a, 100'000'000);
    accounting::ChargeRequest request = request_of(1, now);
    const auto from = [&](const char* source, UtcTime at) {
        ++request.record;
        request.source = source;
        request.at = at;
        return authorise(request).rule;
    };
    EXPECT_EQ(from("192.0.2.1", now), Rule::none);
    EXPECT_EQ(from("192.0.2.99", now), Rule::none);
    EXPECT_EQ(from("198.51.100.1", now), Rule::none);
    EXPECT_EQ(from("2001:db8::1", now + 1h), Rule::none);  // both are forgotten
    EXPECT_EQ(from("192.0.2.1", now + 1h), Rule::none);
    EXPECT_EQ(from("203.0.113.1", now + 1h), Rule::locked);
    EXPECT_EQ(acme().lock_reason, "used from 3 networks within an hour");
}

TEST_F(LedgerTest, ReservationsOutliveARestartAsFarAsTheirCallsDo) {
    add(prepaid("acme"), 2'000'000);
    ASSERT_EQ(authorise(1).rule, Rule::none);
    answer(1, now);
    ASSERT_EQ(extend(1, 70s, now).lasts, 70s);
    ASSERT_EQ(authorise(2).rule, Rule::none);  // rings while the process ends
    EXPECT_EQ(acme().reserved, 1'300'000);
    open();
    EXPECT_EQ(acme().reserved, 700'000);
    const auto open_calls = store->reader().in_progress().value();
    ASSERT_EQ(open_calls.size(), 1U);
    EXPECT_EQ(open_calls[0].granted, 70s);
    EXPECT_EQ(open_calls[0].account, "acme");
    end(1, now, 70s);
    EXPECT_EQ(acme().balance, 1'300'000);
}

TEST_F(LedgerTest, TheAnswersTimeDecidesNotTheInvites) {
    tariff = "prefix,price_per_minute,valid_from\n+49,0.6,\n+49,6,2030-01-01T00:00:00Z\n";
    now = UtcTime(std::chrono::sys_days(std::chrono::year(2029) / 12 / 31)) + 23h + 59min + 59s;
    add(prepaid("acme"), 1'000'000);
    EXPECT_EQ(authorise(1).lasts, 10s);  // a second at 0.01, then 0.10 each
    const UtcTime answered = now + 1s;
    answer(1, answered);
    const Grant grant = extend(1, 60s, answered);
    EXPECT_EQ(grant.rule, Rule::no_credit);
    EXPECT_EQ(grant.lasts, 10s);
    EXPECT_EQ(acme().reserved, 1'000'000);
    end(1, answered, 10s);
    EXPECT_EQ(acme().balance, 0);
}

constexpr UtcTime soon_closed = UtcTime(std::chrono::sys_days(std::chrono::year(2029) / 1 / 1)) + 17h + 59min + 50s;

TEST_F(LedgerTest, ACallThatNoRowHoldsForAtItsAnswerIsRatedAsAtItsInvite) {
    tariff = "prefix,price_per_minute,hours\n+49,0.6,08:00-18:00\n";
    now = soon_closed;
    add(prepaid("acme"), 1'000'000);
    charging::Account later = prepaid("later");
    later.prepaid = false;
    ASSERT_TRUE(store->account_admin().add(later));
    ASSERT_EQ(authorise(1).rule, Rule::none);
    accounting::ChargeRequest postpaid = request_of(2, now);
    postpaid.account = "later";
    ASSERT_EQ(authorise(postpaid).rule, Rule::none);
    const UtcTime answered = now + 15s;
    answer(1, answered);
    EXPECT_EQ(extend(1, 60s, answered).rule, Rule::none);
    open();  // the INVITE's instant is known from the record
    const Grant more = extend(1, 90s, answered);
    EXPECT_EQ(more.rule, Rule::none);
    EXPECT_EQ(more.lasts, 90s);
    end(1, answered, 64s);
    EXPECT_EQ(price(1).value(), (accounting::RatedPrice{640'000, "EUR", "retail", "+49", 64, 64}));
    EXPECT_EQ(acme().balance, 360'000);
    EXPECT_EQ(authorise(request_of(3, answered)).rule, Rule::no_tariff);  // new calls are not allowed by it

    CallRecord r = call(2, answered);
    r.account = "later";
    r.ended = answered + 10s;
    r.end = CallRecord::End::caller;
    put(r);
    EXPECT_EQ(account(*store, "later").balance, -100'000);
    const RatingPage again = store->rerater().page({}, 0, 10, false).value();
    ASSERT_EQ(again.calls.size(), 2U);
    EXPECT_FALSE(again.calls[0].differs() || again.calls[1].differs());
    EXPECT_EQ(again.calls[0].problem + again.calls[1].problem, "");
}

TEST_F(LedgerTest, ACallWhosePrefixIsRemovedInItsCourseIsNotFree) {
    add(prepaid("acme"), 1'000'000);
    charging::Account later = prepaid("later");
    later.prepaid = false;
    ASSERT_TRUE(store->account_admin().add(later));
    ASSERT_EQ(authorise(1).rule, Rule::none);
    accounting::ChargeRequest postpaid = request_of(2, now);
    postpaid.account = "later";
    ASSERT_EQ(authorise(postpaid).rule, Rule::none);
    import_tariff(*store, "prefix,price_per_minute\n+43,0.6\n");
    answer(1, now);
    const Grant grant = extend(1, 90s, now);
    EXPECT_EQ(grant.rule, Rule::no_tariff);
    EXPECT_EQ(grant.lasts, 60s);
    end(1, now, 60s);
    EXPECT_EQ(price(1).value(), (accounting::RatedPrice{600'000, "EUR", "retail", "", 0, 0}));
    EXPECT_EQ(acme().balance, 400'000);
    EXPECT_EQ(acme().reserved, 0);

    CallRecord r = call(2, now);
    r.account = "later";
    r.ended = now + 10s;
    r.end = CallRecord::End::caller;
    put(r);
    EXPECT_FALSE(price(2));
    const RatingPage report = store->rerater().page({}, 0, 10, false).value();
    ASSERT_EQ(report.calls.size(), 2U);
    EXPECT_THAT(report.calls[1].problem, HasSubstr("no row of the tariff"));
    import_tariff(*store);
    ASSERT_TRUE(store->rerater().page({}, 0, 10, true));
    EXPECT_EQ(account(*store, "later").balance, -100'000);
}

TEST_F(LedgerTest, ARecordInProgressWithoutAReservationWasGrantedNothing) {
    charging::Account a = prepaid("acme");
    a.prepaid = false;
    add(a, 0);
    answer(1, now);
    ASSERT_EQ(authorise(2).rule, Rule::none);
    answer(2, now);
    CallRecord nobodys = call(3, now);
    nobodys.account.clear();
    put(nobodys);
    open();
    const auto open_calls = store->reader().in_progress().value();
    ASSERT_EQ(open_calls.size(), 3U);
    EXPECT_EQ(open_calls[0].granted, Duration{});
    EXPECT_EQ(open_calls[1].granted, Duration::max());
    EXPECT_EQ(open_calls[2].granted, Duration::max());
}

TEST_F(LedgerTest, SpendingOfAPostpaidAccountCountsItsCallsInProgress) {
    charging::Account a = prepaid("acme");
    a.prepaid = false;
    a.limits.spend_per_hour = 1'000'000;
    add(a, 0);
    EXPECT_EQ(authorise(1).rule, Rule::none);
    EXPECT_EQ(authorise(2).rule, Rule::none);            // a slice of 0.60 is owed
    EXPECT_EQ(authorise(3).rule, Rule::spend_per_hour);  // two
    end(2, {}, 5s);
    answer(1, now);
    extend(1, 60s, now);
    EXPECT_EQ(authorise(request_of(4, now + 99s)).rule, Rule::none);  // 0.99
    end(4, {}, 5s);
    EXPECT_EQ(authorise(request_of(5, now + 100s)).rule, Rule::spend_per_hour);
    a.limits = {};
    a.limits.spend_per_day = 1'000'000;
    ASSERT_TRUE(store->account_admin().change("acme", {.limits = a.limits}));
    EXPECT_EQ(authorise(request_of(6, now + 100s)).rule, Rule::spend_per_day);
    EXPECT_EQ(acme().reserved, 0);
}

TEST_F(LedgerTest, MoreCallsInProgressThanCanBeRatedOweTooMuch) {
    tariff = "prefix,price_per_minute\n+49,0\n";
    charging::Account a = prepaid("acme");
    a.prepaid = false;
    add(a, 0);
    constexpr std::uint64_t rated = 1000;
    for (std::uint64_t id = 1; id < rated; ++id) store->authorise(request_of(id, now), Ticket{});
    ASSERT_EQ(authorise(rated).rule, Rule::none);
    a.limits.spend_per_day = 1'000'000;
    ASSERT_TRUE(store->account_admin().change("acme", {.limits = a.limits}));
    EXPECT_EQ(authorise(rated + 1).rule, Rule::none);
    EXPECT_EQ(authorise(rated + 2).rule, Rule::spend_per_day);
}

TEST_F(LedgerTest, CallsOfOneAccountNeverOverspendIt) {
    add(prepaid("acme"), 7'777'777);
    constexpr int threads = 4, calls = 50;
    std::vector<std::thread> shards;
    for (int t = 0; t < threads; ++t)
        shards.emplace_back([this, t] {
            for (int i = 0; i < calls; ++i) {
                const auto id = static_cast<std::uint32_t>(1 + t * calls + i);
                store->authorise(request_of(id, now), Answers::ticket(1000 + id));
            }
        });
    for (std::thread& shard : shards) shard.join();
    Micros granted = 0;
    int refused = 0;
    for (std::uint32_t id = 1; id <= threads * calls; ++id) {
        const Grant grant = answers.grant(1000 + id);
        if (grant.rule == Rule::none)
            granted += grant.lasts / 1s * 10'000;
        else
            ++refused;
    }
    EXPECT_GT(refused, 0);
    EXPECT_EQ(granted, 7'770'000);  // what is left buys no further second
    EXPECT_EQ(acme().reserved, granted);
    slot = 5000;
    for (std::uint32_t id = 1; id <= threads * calls; ++id) {
        const Grant grant = answers.grant(1000 + id);
        if (grant.rule == Rule::none) end(id, now, grant.lasts);
    }
    EXPECT_EQ(acme().balance, 7'777);
    EXPECT_EQ(acme().reserved, 0);
}

// Random calls of several accounts: at every answer balance >= reserved, and in the end nothing is lost or made.
TEST_F(LedgerTest, WhatIsPaidInIsSpentOrThere) {
    std::mt19937 random(12);
    tariff = "prefix,connection_fee,free_seconds,first_increment,increment,price_per_minute\n+49,0.03,2,30,6,0.37\n+43,0,0,1,1,0.6\n+44,0.1,0,60,60,0\n";
    import_tariff(*store, tariff);
    constexpr std::size_t accounts = 4;
    std::vector<Micros> deposits(accounts), prices(accounts);
    for (std::size_t i = 0; i < accounts; ++i) {
        const std::string name = "a" + std::to_string(i);
        deposits[i] = 1 + random() % 5'000'000;
        ASSERT_TRUE(store->account_admin().add(prepaid(name)));
        ASSERT_TRUE(store->account_admin().credit(name, deposits[i], "first", ""));
    }
    struct Live {
        accounting::ChargeRequest request;
        std::size_t account;
        bool answered = false;
        Duration lasts{};
    };
    std::vector<Live> live;
    std::uint64_t id = 0;
    const auto finish = [&](std::size_t n) {
        Live& l = live[n];
        CallRecord r = call(l.request.record, l.answered ? l.request.at : UtcTime{});
        r.account = l.request.account;
        r.destination = l.request.destination;
        const Duration lasted = l.answered ? Duration(static_cast<std::int64_t>(random()) % (std::min(l.lasts, Duration(10min)).count() + 1)) : 1s;
        r.ended = l.request.at + lasted;
        r.end = l.answered ? CallRecord::End::caller : CallRecord::End::cancelled;
        put(r);
        if (const auto rated = price(r.id)) prices[l.account] += rated->price;
        live.erase(live.begin() + static_cast<std::ptrdiff_t>(n));
    };
    for (int step = 0; step < 1500; ++step) {
        const std::size_t which = random() % accounts;
        if (live.empty() || random() % 3 == 0) {
            Live l{request_of(++id, now), which};
            l.request.account = "a" + std::to_string(which);
            l.request.destination = std::vector<std::string>{"+4930", "+431", "+44207"}[random() % 3];
            const Grant grant = authorise(l.request);
            l.lasts = grant.lasts;
            if (grant.rule == Rule::none) live.push_back(l);
        } else {
            const std::size_t n = random() % live.size();
            Live& l = live[n];
            if (random() % 4 == 0) {
                finish(n);
            } else {
                if (!l.answered) {
                    l.answered = true;
                    l.request.at = now + std::chrono::seconds(random() % 20);
                    CallRecord r = call(l.request.record, l.request.at);
                    r.account = l.request.account;
                    put(r);
                    l.lasts = {};
                }
                store->extend(l.request, std::chrono::seconds(30 + random() % 200), Answers::ticket(++slot));
                const Grant grant = answers.grant(slot);
                EXPECT_GE(grant.lasts, l.lasts);
                l.lasts = grant.lasts;
            }
        }
        const charging::Account a = account(*store, "a" + std::to_string(which));
        ASSERT_GE(a.balance, a.reserved) << step;
        ASSERT_EQ(a.balance + prices[which], deposits[which]) << step;
        if (step == 700) {  // a restart in between: those that ring are gone
            open();
            std::erase_if(live, [](const Live& l) { return !l.answered; });
        }
    }
    while (!live.empty()) finish(0);
    for (std::size_t i = 0; i < accounts; ++i) {
        const charging::Account a = account(*store, "a" + std::to_string(i));
        EXPECT_EQ(a.reserved, 0);
        EXPECT_EQ(prices[i] + a.balance, deposits[i]);
        EXPECT_GE(a.balance, 0);
    }
}

}  // namespace
}  // namespace offhook::store
