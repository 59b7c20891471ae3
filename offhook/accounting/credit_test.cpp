// Calls that somebody pays for: allowed or not before anything is forwarded, given more time, ended when nobody pays for more.
#include "offhook/accounting/calls_test.hpp"
#include "offhook/charging/tariff_csv.hpp"

namespace offhook::accounting::test {
namespace {

using charging::Rule;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr charging::Micros second = 10'000;  ///< costs that much

class Charged : public Calls {
protected:
    Charged() {
        users.account = "acme";
        auto tariff = charging::read_tariff({"test", *charging::Currency::parse("EUR"), {}, /*free_on_net=*/true}, "prefix,price_per_minute\nb,0.60\n");
        EXPECT_TRUE(tariff);
        if (tariff) charges.tariff = std::move(*tariff);
    }
    void TearDown() override {
        Calls::TearDown();
        EXPECT_EQ(charges.reservations(), 0U);
        for (const auto& [name, account] : charges.accounts) {
            EXPECT_EQ(account.reserved, 0);
            EXPECT_TRUE(account.postpaid || account.least >= 0);
        }
    }
    void give(std::int64_t seconds) { charges.credit("acme", seconds * second); }
    [[nodiscard]] charging::Micros balance() const { return charges.accounts.at("acme").balance; }
    void say(std::size_t bye, int status) {
        const auto where = byes.at(bye).where;  // another BYE may be said meanwhile
        accounting->hung_up(where, status, now);
    }
    /// What the program reads at its start.
    [[nodiscard]] CallRecord left_behind() const {
        CallRecord record = row();
        record.granted = charges.granted(record.id);
        return record;
    }
};

TEST_F(Charged, WaitsUntilItIsAllowed) {
    give(100);
    store.delay = 6ms;
    const Handle call = invite();
    run_for(5ms);
    EXPECT_THAT(told, IsEmpty());
    run_for(1ms);
    EXPECT_THAT(told, ElementsAre(Told{77, 0, 6ms}));
    ASSERT_THAT(charges.asked, SizeIs(1));
    const ChargeRequest& asked = charges.asked[0];
    EXPECT_EQ(asked.account, "acme");
    EXPECT_EQ(asked.user, "alice@example.com");
    EXPECT_EQ(asked.destination, "bob");
    EXPECT_FALSE(asked.on_net);
    EXPECT_EQ(asked.source, "192.0.2.1");
    EXPECT_EQ(asked.at, at(0s));
    EXPECT_EQ(accounting->refused(call, 486, "Busy Here", ticket(1), now), Verdict::wait);
    run_for(6ms);
    EXPECT_EQ(row().id, asked.record);
    EXPECT_EQ(row().account, "acme");
    EXPECT_EQ(row().destination, "bob");
    EXPECT_EQ(row().rule, Rule::none);
    EXPECT_EQ(balance(), 100 * second);
}

TEST_F(Charged, NobodyIsAskedWhereNobodyPays) {
    users.account.clear();
    establish();
    EXPECT_EQ(respond(pass("BYE", Direction::from_caller, 2), Method::bye, 2), Verdict::wait);
    run_for(1s);
    EXPECT_THAT(charges.asked, IsEmpty());
    EXPECT_THAT(charges.extended, IsEmpty());
    EXPECT_EQ(row().account, "");
    EXPECT_EQ(row().destination, "bob");
}

struct Refused {
    Rule rule;
    int status;
};
class Rules : public Charged, public ::testing::WithParamInterface<Refused> {};

TEST_P(Rules, RefuseACallAndAreOnRecord) {
    give(100);
    charges.refuses = GetParam().rule;
    const Handle call = invite();
    run_for(1ms);
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(told[0].status, GetParam().status);
    EXPECT_EQ(accounting->refused(call, told[0].status, "No", ticket(1), now), Verdict::wait);
    run_for(1ms);
    EXPECT_EQ(row().rule, GetParam().rule);
    EXPECT_EQ(row().end, End::refused);
    EXPECT_EQ(row().status, GetParam().status);
    EXPECT_EQ(accounting->counters().denied, 1U);
}

INSTANTIATE_TEST_SUITE_P(Accounting, Rules,
                         ::testing::Values(Refused{Rule::locked, 403}, Refused{Rule::blocked_prefix, 403}, Refused{Rule::not_allowed, 403},
                                           Refused{Rule::calls_of_user, 403}, Refused{Rule::calls_of_account, 403}, Refused{Rule::calls_per_hour, 403},
                                           Refused{Rule::calls_per_day, 403}, Refused{Rule::spend_per_hour, 403}, Refused{Rule::spend_per_day, 403},
                                           Refused{Rule::no_tariff, 403}, Refused{Rule::no_credit, 402}, Refused{Rule::unavailable, 503}),
                         [](const auto& test) { return std::string(charging::text_of(test.param.rule)); });

TEST_F(Charged, CancelIsQuickerThanTheGrant) {
    give(100);
    store.delay = 50ms;
    const Handle call = invite();
    run_for(10ms);
    accounting->cancelled(call, now);
    EXPECT_EQ(accounting->refused(call, 487, "Request Terminated", ticket(1), now), Verdict::wait);
    run_for(1s);
    EXPECT_THAT(told, IsEmpty());
    EXPECT_EQ(row().end, End::cancelled);
    EXPECT_EQ(row().rule, Rule::none);
}

TEST_F(Charged, NobodyWhoAnswersInTimeIsARefusalAndALateGrantIsGivenBack) {
    give(100);
    charges.stands_still = true;
    const Handle call = invite();
    run_for(2s - 1ms);
    EXPECT_THAT(told, IsEmpty());
    run_for(1ms);
    EXPECT_THAT(told, ElementsAre(Told{77, 503, 2s}));
    EXPECT_EQ(charges.reservations(), 1U);
    EXPECT_EQ(accounting->refused(call, 503, "Service Unavailable", ticket(1), now), Verdict::wait);
    run_for(1s);
    EXPECT_EQ(row().rule, Rule::unavailable);
    EXPECT_EQ(charges.reservations(), 0U);
    charges.go_on(now);
    EXPECT_THAT(told, SizeIs(1));
}

TEST_F(Charged, GetsMoreTimeBeforeItsTimeRunsOut) {
    give(1000);
    establish();  // answered at 3 s
    run_for(177s);
    std::vector<Duration> wanted;
    for (const auto& [request, duration] : charges.extended) {
        wanted.push_back(duration);
        EXPECT_EQ(request.at, at(3s));
        EXPECT_EQ(request.record, row().id);
    }
    // At the answer, then each time with 15 s left of what was granted.
    EXPECT_THAT(wanted, ElementsAre(60s, 120s, 180s, 240s));
    EXPECT_THAT(byes, IsEmpty());
    EXPECT_EQ(respond(pass("BYE", Direction::from_caller, 2), Method::bye, 2), Verdict::wait);
    run_for(1s);
    EXPECT_EQ(row().seconds, 177);
    EXPECT_EQ(row().rule, Rule::none);
    EXPECT_EQ(balance(), (1000 - 177) * second);
}

TEST_F(Charged, AsksAgainWhereNobodyCouldBeAskedForMore) {
    give(1000);
    establish();
    run_for(44s);
    charges.refuses = Rule::unavailable;
    run_for(15s);
    EXPECT_THAT(byes, IsEmpty());
    EXPECT_THAT(charges.extended, SizeIs(3));
    EXPECT_EQ(charges.granted(row().id), 120s);
    EXPECT_EQ(respond(pass("BYE", Direction::from_caller, 2), Method::bye, 2), Verdict::wait);
}

TEST_F(Charged, EndsAtTheLimitIfTheStoreStandsStill) {
    give(1000);
    establish();
    run_for(1s);
    charges.stands_still = true;
    run_for(58s);
    EXPECT_THAT(byes, IsEmpty());
    run_for(1s);
    EXPECT_THAT(byes, SizeIs(2));
    say(0, 200);
    say(1, 200);
    charges.go_on(now);
    run_for(1s);
    EXPECT_EQ(row().end, End::credit);
    EXPECT_EQ(row().ended, at(63s));
}

TEST_F(Charged, PostpaidCallGoesOnAndOn) {
    charges.accounts["acme"].postpaid = true;
    establish();
    run_for(3h);
    EXPECT_THAT(charges.extended, SizeIs(1));
    EXPECT_EQ(respond(pass("BYE", Direction::from_caller, 2), Method::bye, 2), Verdict::wait);
    run_for(1s);
    EXPECT_EQ(balance(), -3 * 3600 * second);
}

TEST_F(Charged, OnNetCallIsFree) {
    on_net = true;
    give(1);
    establish();
    run_for(1000s);
    EXPECT_EQ(respond(pass("BYE", Direction::from_caller, 2), Method::bye, 2), Verdict::wait);
    run_for(1s);
    EXPECT_TRUE(row().on_net);
    EXPECT_EQ(row().seconds, 1000);
    EXPECT_EQ(balance(), second);
}

// The cut --------------------------------------------------------------------------------------------------------------------

TEST_F(Charged, IsEndedOnBothSidesWhenItsCreditIs) {
    give(10);
    establish();
    run_for(10s - 1ms);
    EXPECT_THAT(byes, IsEmpty());
    run_for(1ms);
    ASSERT_THAT(byes, SizeIs(2));
    for (const SaidBye& bye : byes) {
        EXPECT_EQ(bye.cseq, bye.from == Direction::from_caller ? 2U : 1U);
        EXPECT_EQ(bye.at, 13s);
        EXPECT_THAT(bye.reason, ::testing::StartsWith("SIP;cause=402"));
    }
    EXPECT_NE(byes[0].from, byes[1].from);
    run_for(200ms);
    say(0, 200);
    EXPECT_TRUE(row().in_progress());
    run_for(1s);
    say(1, 200);
    run_for(1ms);
    EXPECT_EQ(row().end, End::credit);
    EXPECT_EQ(row().rule, Rule::no_credit);
    EXPECT_EQ(row().ended, at(13s));  // the limit, not the answer to the BYE
    EXPECT_EQ(row().seconds, 10);
    EXPECT_EQ(balance(), 0);
    EXPECT_EQ(accounting->counters().cut, 1U);
    EXPECT_EQ(accounting->active(), 0U);
}

// RFC 3261 §15: the callee sends no BYE before the ACK or the end of its transaction.
TEST_F(Charged, CallerGetsNoByeBeforeTheAck) {
    for (const bool acknowledges : {true, false}) {
        byes.clear();
        give(10);
        const Instant invited = now.steady;
        const Handle call = invite();
        run_for(3s);
        EXPECT_EQ(answer(call, 1), Verdict::wait);
        run_for(12s);
        ASSERT_THAT(byes, SizeIs(1));
        EXPECT_EQ(byes[0].from, Direction::from_caller);
        say(0, 200);
        if (acknowledges) std::ignore = pass("ACK", Direction::from_caller, 1);
        else run_for(20s);
        ASSERT_THAT(byes, SizeIs(2));
        EXPECT_EQ(byes[1].from, Direction::from_callee);
        EXPECT_EQ(byes[1].at, invited - Instant{} + (acknowledges ? 15s : 35s));
        say(1, 200);
        run_for(1ms);
        EXPECT_EQ(std::prev(store.rows().end())->second.seconds, 10);
        run_for(100s);
    }
}

TEST_F(Charged, ByeWhoseNumberWasTooLowIsSaidOnceMore) {
    give(10);
    establish();
    run_for(10s);
    ASSERT_THAT(byes, SizeIs(2));
    say(0, 500);
    ASSERT_THAT(byes, SizeIs(3));
    EXPECT_EQ(byes[2].from, byes[0].from);
    EXPECT_GT(byes[2].cseq, byes[0].cseq);
    say(1, 481);
    run_for(1s);
    EXPECT_TRUE(row().in_progress());
    say(2, 500);
    run_for(1ms);
    EXPECT_THAT(byes, SizeIs(3));
    EXPECT_EQ(row().end, End::credit);
}

TEST_F(Charged, WhateverComesOfTheByesTheRecordEnds) {
    give(10);
    establish();
    run_for(10s + 39s);
    EXPECT_TRUE(row().in_progress());
    run_for(2s);  // nobody reports anything
    EXPECT_EQ(row().end, End::credit);
    EXPECT_EQ(row().ended, at(13s));
    say(0, 200);  // too late
    EXPECT_EQ(store.rows().size(), 1U);
}

TEST_F(Charged, WhereThereIsNoWayToThePhonesTheRecordEndsAtOnce) {
    a_way_to_hang_up = false;
    give(10);
    establish();
    run_for(10s + 1ms);
    EXPECT_EQ(row().end, End::credit);
    EXPECT_EQ(row().seconds, 10);
}

TEST_F(Charged, ByeOfAPhoneThatCrossesGoesItsWayAndWaitsForTheRow) {
    give(10);
    establish();
    run_for(10s);
    const auto bye = pass("BYE", Direction::from_callee, 7);
    store.delay = 5ms;
    run_for(20ms);
    EXPECT_EQ(respond(bye, Method::bye, 5), Verdict::wait);
    run_for(5ms);
    EXPECT_EQ(released.back(), (Released{5, 13025ms}));
    EXPECT_EQ(row().end, End::credit);
    EXPECT_EQ(row().ended, at(13s));
    say(0, 200);
    say(1, 481);
    EXPECT_EQ(balance(), 0);
}

TEST_F(Charged, ByeOfAPhoneJustBeforeTheLimitEndsTheCall) {
    give(10);
    establish();
    run_for(9900ms);
    const auto bye = pass("BYE", Direction::from_caller, 2);
    run_for(300ms);
    EXPECT_THAT(byes, IsEmpty());
    EXPECT_EQ(respond(bye, Method::bye, 2), Verdict::wait);
    run_for(1ms);
    EXPECT_EQ(row().end, End::caller);
    EXPECT_EQ(row().ended, at(12900ms));
    EXPECT_EQ(balance(), 0);
}

TEST_F(Charged, GoesOnAfterARestartAndEndsAtItsLimit) {
    give(10);
    establish();
    run_for(1s);  // the ACK has reached the row: the caller will be told in time
    const CallRecord left = left_behind();
    EXPECT_EQ(left.granted, 10s);
    start();
    accounting->adopt(left, now);
    run_for(9s - 1ms);
    EXPECT_THAT(byes, IsEmpty());
    run_for(1ms);
    ASSERT_THAT(byes, SizeIs(2));
    say(0, 200);
    say(1, 200);
    run_for(1ms);
    EXPECT_EQ(row().end, End::credit);
    EXPECT_EQ(row().seconds, 10);
}

TEST_F(Charged, WhoseLimitPassedMeanwhileIsEndedAtOnce) {
    give(10);
    establish();
    run_for(6s);
    const CallRecord left = left_behind();
    start();
    run_for(1h);
    accounting->adopt(left, now);
    run_for(1ms);
    ASSERT_THAT(byes, SizeIs(2));
    say(0, 481);
    say(1, 481);
    run_for(1ms);
    EXPECT_EQ(row().end, End::credit);
    EXPECT_EQ(row().ended, at(13s));
    EXPECT_EQ(balance(), 0);
}

TEST_F(Charged, GetsMoreTimeAfterARestartToo) {
    give(1000);
    establish();
    run_for(6s);
    const CallRecord left = left_behind();
    start();
    accounting->adopt(left, now);
    run_for(60s);
    EXPECT_EQ(charges.granted(row().id), 120s);
    EXPECT_EQ(respond(pass("BYE", Direction::from_caller, 2), Method::bye, 2), Verdict::wait);
}

TEST_F(Charged, FurtherAnswerIsACallOfItsOwn) {
    give(30);
    const Handle call = invite();
    run_for(3s);
    EXPECT_EQ(answer(call, 1, "b"), Verdict::wait);
    run_for(1s);
    EXPECT_EQ(charges.granted(row().id), 30s);
    EXPECT_EQ(answer(call, 2, "c"), Verdict::wait);
    run_for(1ms);
    // The first one has all there is: nothing is left for this one.
    ASSERT_THAT(byes, SizeIs(1));
    EXPECT_EQ(byes[0].from, Direction::from_caller);
    std::ignore = pass("ACK", Direction::from_caller, 1, "", "c");
    ASSERT_THAT(byes, SizeIs(2));
    say(0, 200);
    say(1, 200);
    run_for(1ms);
    EXPECT_EQ(row(1).end, End::credit);
    EXPECT_EQ(row(1).seconds, 0);
    EXPECT_TRUE(row(0).in_progress());
    EXPECT_EQ(respond(pass("BYE", Direction::from_caller, 2), Method::bye, 3), Verdict::wait);
    run_for(1s);
    EXPECT_EQ(row(0).end, End::caller);
}

}  // namespace
}  // namespace offhook::accounting::test
