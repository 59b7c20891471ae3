// Each flow of a call to its record, in virtual time, with a store that is quick, slow or broken.
#include "offhook/accounting/calls_test.hpp"

#include "offhook/base/text.hpp"

namespace offhook::accounting::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(Calls, AnswerWaitsForItsRowAndTheByesResponseForTheClosedOne) {
    store.delay = 6ms;
    establish();
    EXPECT_THAT(released, IsEmpty());
    run_for(6ms);
    EXPECT_THAT(released, ElementsAre(Released{1, 3006ms}));
    const CallRecord open = row();
    EXPECT_TRUE(open.in_progress());
    EXPECT_EQ(open.to_tag, "b");
    EXPECT_TRUE(dialog::parse_dialog_state(open.dialog));

    run_for(6994ms);  // 10 s
    const auto bye = pass("BYE", Direction::from_callee, 1);
    run_for(200ms);
    EXPECT_EQ(respond(bye, Method::bye, 2), Verdict::wait);
    run_for(6ms);
    EXPECT_EQ(released.back(), (Released{2, 10206ms}));
    ASSERT_EQ(store.rows().size(), 1U);
    const CallRecord& closed = row();
    EXPECT_EQ(closed.id, open.id);
    EXPECT_EQ(closed.call, closed.id);
    EXPECT_EQ(closed.user, "alice@example.com");
    EXPECT_EQ(closed.from_uri, "sip:alice@example.com");
    EXPECT_EQ(closed.to_uri, "sip:bob@example.com");
    EXPECT_EQ(closed.request_uri, "sip:bob@example.com");
    EXPECT_EQ(closed.binding, "sip:bob@192.0.2.2;x");
    EXPECT_EQ(closed.invited, at(0s));
    EXPECT_EQ(closed.ringing, at(1s));
    EXPECT_EQ(closed.answered, at(3s));
    EXPECT_EQ(closed.ended, at(10s));  // the arrival of the BYE, not of its response
    EXPECT_EQ(closed.seconds, 7);
    EXPECT_EQ(closed.end, End::callee);
    EXPECT_EQ(closed.status, 200);
    EXPECT_EQ(closed.reason, "OK");
    EXPECT_EQ(closed.caller_agent, "Caller/1");
    EXPECT_EQ(closed.callee_agent, "Callee/2");
    EXPECT_EQ(closed.source, "192.0.2.1:5060");
    EXPECT_EQ(closed.dialog, "");
    EXPECT_THAT(notes.texts, IsEmpty());
}

// Set by an operator, by a time server, or found wrong when the machine goes on after a pause.
TEST_F(Calls, AClockThatJumpsMakesNoCallLonger) {
    for (const Duration jump : {Duration(1h), Duration(-3h)}) {
        establish();
        const UtcTime answered = now.utc;
        now.utc += jump;
        run_for(5s);
        std::ignore = respond(pass("BYE", Direction::from_caller, 2), Method::bye, 2);
        run_for(1s);
        const CallRecord& closed = row(store.rows().size() - 1);
        EXPECT_EQ(closed.answered, answered);
        EXPECT_EQ(closed.ended, answered + 5s);
        EXPECT_EQ(closed.seconds, 5);
        run_for(60s);
    }
}

// A record that such a BYE ends would end before the call.
TEST_F(Calls, AByeToSomebodyElseIsSaidToTheOneWhoIsTalking) {
    establish();
    const auto bye = pass("BYE", Direction::from_caller, 2, "", "b", "sip:accomplice@192.0.2.66");
    ASSERT_EQ(byes.size(), 1U);
    EXPECT_EQ(byes[0].from, Direction::from_caller);
    EXPECT_EQ(byes[0].cseq, 3U);
    EXPECT_EQ(respond(bye, Method::bye, 2), Verdict::wait);
    run_for(1s);
    accounting->hung_up(byes[0].where, 200, now);
    EXPECT_EQ(row().end, End::caller);

    establish();
    std::ignore = respond(pass("BYE", Direction::from_callee, 1, "Route: <sip:192.0.2.66;lr>\n"), Method::bye, 3);
    EXPECT_EQ(byes.size(), 2U);  // a route that the dialog does not have
    run_for(60s);
    establish();
    std::ignore = respond(pass("BYE", Direction::from_callee, 1), Method::bye, 4);
    EXPECT_EQ(byes.size(), 2U);
}

TEST_F(Calls, AnswerGoesOnAfter100MillisecondsWhateverTheStoreDoes) {
    store.delay = 101ms;
    establish();
    run_for(10s);
    EXPECT_THAT(released, ElementsAre(Released{1, 3100ms}));  // once
    EXPECT_EQ(accounting->counters().late, 1U);
    ASSERT_EQ(notes.texts.size(), 1U);
    EXPECT_THAT(notes.texts[0], ::testing::HasSubstr(to_hex(row().id)));
    EXPECT_EQ(respond(pass("BYE", Direction::from_caller, 2), Method::bye, 2), Verdict::wait);
}

TEST_F(Calls, AnswerThatIsRepeatedIsNotHeldNorRecordedAgain) {
    const Handle call = invite();
    EXPECT_EQ(answer(call, 1), Verdict::wait);
    EXPECT_EQ(answer(call, 2), Verdict::go_on);
    run_for(1s);
    EXPECT_EQ(answer(call, 3), Verdict::go_on);
    EXPECT_THAT(released, ElementsAre(Released{1, 0s}));
    EXPECT_EQ(respond(pass("BYE", Direction::from_caller, 2), Method::bye, 4), Verdict::wait);
    run_for(1s);
    EXPECT_EQ(answer(call, 5), Verdict::go_on);  // the leg is gone, the attempt remembers
    EXPECT_EQ(store.rows().size(), 1U);
}

TEST_F(Calls, EachToTagHasARecordOfTheSameCall) {
    const Handle call = invite();
    EXPECT_EQ(answer(call, 1, "b"), Verdict::wait);
    run_for(20s);
    EXPECT_EQ(answer(call, 2, "c"), Verdict::wait);
    run_for(1s);
    ASSERT_EQ(store.rows().size(), 2U);
    EXPECT_NE(row(0).id, row(1).id);
    EXPECT_EQ(row(0).call, row(1).call);
    EXPECT_EQ(row(0).to_tag, "b");
    EXPECT_EQ(row(1).to_tag, "c");
    EXPECT_EQ(row(1).answered, at(20s));
    EXPECT_EQ(respond(pass("BYE", Direction::from_caller, 2, "", "c"), Method::bye, 3), Verdict::wait);
    run_for(1s);
    EXPECT_TRUE(row(0).in_progress());
    EXPECT_EQ(row(1).end, End::caller);
    EXPECT_EQ(row(1).seconds, 1);
}

struct Failure {
    const char* name;
    int status;
    bool cancelled;
    End end;
};
class Failures : public Calls, public ::testing::WithParamInterface<Failure> {};

TEST_P(Failures, AreOnRecordBeforeTheCallerIsTold) {
    store.delay = 5ms;
    const Handle call = invite();
    accounting->tried(call, "sip:bob@192.0.2.2", now);
    if (GetParam().cancelled) accounting->cancelled(call, now);
    EXPECT_EQ(accounting->refused(call, GetParam().status, "Why", ticket(1), now), Verdict::wait);
    run_for(4ms);
    EXPECT_THAT(released, IsEmpty());
    run_for(1ms);
    EXPECT_THAT(released, ElementsAre(Released{1, 5ms}));
    EXPECT_EQ(row().end, GetParam().end);
    EXPECT_EQ(row().status, GetParam().status);
    EXPECT_EQ(row().reason, "Why");
    EXPECT_EQ(row().binding, "sip:bob@192.0.2.2");
    EXPECT_EQ(row().seconds, 0);
    EXPECT_TRUE(accounting->idle());
}

INSTANTIATE_TEST_SUITE_P(Accounting, Failures,
                         ::testing::Values(Failure{"busy", 486, false, End::refused}, Failure{"cancelled", 487, true, End::cancelled},
                                           Failure{"cancel_crossed_busy", 486, true, End::refused}, Failure{"no_answer", 408, false, End::timeout},
                                           Failure{"no_binding", 480, false, End::refused}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_F(Calls, RefusalAndReleaseWaitTwoSecondsAtMost) {
    store.delay = 1h;
    EXPECT_EQ(accounting->refused(invite(), 486, "Busy Here", ticket(1), now), Verdict::wait);
    establish();  // answered at 3 s
    run_for(7s);
    EXPECT_EQ(respond(pass("BYE", Direction::from_caller, 2), Method::bye, 2), Verdict::wait);
    run_for(10s);
    EXPECT_THAT(released, ElementsAre(Released{1, 2s}, Released{1, 3100ms}, Released{2, 12s}));
    EXPECT_EQ(accounting->counters().late, 3U);
}

TEST_F(Calls, RowThatIsNotWrittenHoldsNobody) {
    store.delay = 5ms;
    store.fail_next = 1;
    establish();
    run_for(5ms);
    EXPECT_THAT(released, ElementsAre(Released{1, 3005ms}));
    EXPECT_EQ(accounting->counters().not_written, 1U);
    EXPECT_EQ(notes.texts.size(), 1U);
    EXPECT_EQ(respond(pass("BYE", Direction::from_caller, 2), Method::bye, 2), Verdict::wait);
    run_for(1s);
    EXPECT_EQ(row().end, End::caller);  // the end brings the whole row
}

TEST_F(Calls, AreTurnedAwayWhileTheStoreIsUnhealthy) {
    store.is_healthy = false;
    transaction::Request request;
    const SipText text("INVITE sip:b@x SIP/2.0\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\nFrom: <sip:a@x>;tag=a\nTo: <sip:b@x>\nCall-ID: 1\n"
                       "CSeq: 1 INVITE\n");
    request.message = text.message;
    const auto call = accounting->admit(request, nullptr, {}, now);
    ASSERT_FALSE(call);
    EXPECT_EQ(call.error().status, 503);
    EXPECT_EQ(accounting->counters().turned_away, 1U);
}

TEST_F(Calls, ByesThatCrossWaitForTheSameRowAndTheFirstOneEndedIt) {
    establish();
    store.delay = 50ms;
    run_for(10s);
    const auto callees = pass("BYE", Direction::from_callee, 1);
    run_for(5ms);
    const auto callers = pass("BYE", Direction::from_caller, 2);
    EXPECT_EQ(respond(callers, Method::bye, 7), Verdict::wait);
    run_for(20ms);
    EXPECT_EQ(respond(callees, Method::bye, 8), Verdict::wait);
    run_for(100ms);
    EXPECT_THAT(released, ElementsAre(Released{1, 3s}, Released{7, 13055ms}, Released{8, 13055ms}));
    EXPECT_EQ(row().end, End::callee);
    EXPECT_EQ(row().ended, at(13s));
    EXPECT_EQ(respond(callees, Method::bye, 9), Verdict::go_on);  // all is done
}

TEST_F(Calls, ByeWithoutResponseClosesTheRecordToo) {
    establish();
    run_for(1s);
    const auto bye = pass("BYE", Direction::from_caller, 2);
    run_for(32s);
    EXPECT_EQ(accounting->response_passed(bye, Method::bye, nullptr, ticket(2), now), Verdict::wait);
    run_for(1ms);
    EXPECT_EQ(row().end, End::caller);
    EXPECT_EQ(row().ended, at(4s));
    EXPECT_EQ(row().seconds, 1);
}

TEST_F(Calls, ByeWhoseEndNobodyReportsIsClosedAfterItsLimit) {
    establish();
    run_for(1s);
    std::ignore = pass("BYE", Direction::from_caller, 2);
    run_for(41s);
    EXPECT_EQ(row().end, End::caller);
    EXPECT_EQ(row().ended, at(4s));
    EXPECT_EQ(accounting->active(), 0U);
}

TEST_F(Calls, SessionThatIsNotRefreshedEndsAtTheLastProofOfLife) {
    establish("Supported: timer\n", "Session-Expires: 600;refresher=uac\n");  // until 603 s
    run_for(297s);
    const auto update = pass("UPDATE", Direction::from_caller, 2, "Supported: timer\nSession-Expires: 600\n");  // 300 s
    const SipText accepted("SIP/2.0 200 OK\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\nFrom: <sip:alice@example.com>;tag=a\n"
                           "To: <sip:bob@example.com>;tag=b\nCall-ID: 1@a\nCSeq: 2 UPDATE\nSession-Expires: 600;refresher=uac\n");
    EXPECT_EQ(accounting->response_passed(update, Method::update, &accepted.message, ticket(5), now), Verdict::go_on);
    run_for(1ms);
    EXPECT_EQ(dialog::parse_dialog_state(row().dialog)->session_expires, at(900s));  // a restart knows it too
    run_for(100s);
    std::ignore = pass("INFO", Direction::from_callee, 1);  // a proof of life, but no refresh
    run_for(500s - 2ms);
    EXPECT_TRUE(row().in_progress());
    run_for(2ms);
    EXPECT_EQ(row().end, End::expired);
    EXPECT_EQ(row().ended, at(400001ms));
    EXPECT_EQ(accounting->counters().expired, 1U);
}

TEST_F(Calls, CallWithoutTimersEndsUnconfirmedWhenItGaveNoSignOfLifeForMaxCall) {
    establish();
    run_for(3h);
    std::ignore = pass("INFO", Direction::from_caller, 2);
    run_for(4h - 1s);
    EXPECT_TRUE(row().in_progress());
    run_for(1s);
    EXPECT_EQ(row().end, End::unconfirmed);
    EXPECT_EQ(row().ended, at(7h + 3s));
    EXPECT_EQ(row().seconds, 7 * 3600);
}

TEST_F(Calls, ShortCallIsWrittenTwiceALongOneThrice) {
    establish();
    run_for(4s);
    EXPECT_EQ(respond(pass("BYE", Direction::from_caller, 2), Method::bye, 2), Verdict::wait);
    run_for(1s);
    EXPECT_EQ(store.commits(), 2U);
    run_for(1h);
    establish();
    run_for(1h);
    EXPECT_TRUE(dialog::parse_dialog_state(row(1).dialog)->ack_seen);
    EXPECT_EQ(respond(pass("BYE", Direction::from_caller, 2), Method::bye, 2), Verdict::wait);
    run_for(1s);
    EXPECT_EQ(store.commits(), 5U);
}

// RFC 2869 §2.1: at a constant interval, counted from the last row.
TEST_F(Calls, InterimRecordsAreWrittenWhileACallIsInProgress) {
    Config config;
    config.interim = 60s;
    start(config);
    establish();
    run_for(6s);
    EXPECT_EQ(store.commits(), 2U) << "the answer and its ACK";
    run_for(58s);
    EXPECT_EQ(store.commits(), 2U);
    run_for(2s);
    EXPECT_EQ(store.commits(), 3U);
    run_for(120s);
    EXPECT_EQ(store.commits(), 5U);
    EXPECT_TRUE(row().in_progress());
    EXPECT_FALSE(row().dialog.empty());
    accounting->drain(now);
    run_for(1s);
    EXPECT_EQ(store.commits(), 5U) << "nothing has changed since";
    EXPECT_EQ(respond(pass("BYE", Direction::from_callee, 1), Method::bye, 2), Verdict::wait);
    run_for(10min);
    EXPECT_EQ(store.commits(), 6U) << "none after the end";
}

TEST_F(Calls, WhatWouldBeWrittenLaterIsWrittenWhenTheProcessEnds) {
    establish();
    run_for(10ms);  // the ACK has not reached the row yet
    EXPECT_FALSE(dialog::parse_dialog_state(row().dialog)->ack_seen);
    accounting->drain(now);
    run_for(10ms);
    EXPECT_TRUE(dialog::parse_dialog_state(row().dialog)->ack_seen);
    std::ignore = pass("INFO", Direction::from_caller, 7);
    run_for(10ms);
    EXPECT_EQ(dialog::parse_dialog_state(row().dialog)->caller.cseq, 7U);
}

TEST_F(Calls, AreTakenOverAfterARestart) {
    establish("Supported: timer\n", "Session-Expires: 600;refresher=uac\n");
    run_for(10s);
    const CallRecord left = row();
    CallRecord never_answered = left, broken = left;
    never_answered.id += 1;
    never_answered.answered = {};
    broken.id += 2;
    broken.dialog = "nonsense";
    start();
    for (const CallRecord& record : {left, never_answered, broken}) accounting->adopt(record, now);
    run_for(1s);
    EXPECT_EQ(row(1).end, End::restart);
    EXPECT_EQ(row(2).end, End::restart);
    EXPECT_TRUE(row(0).in_progress());

    EXPECT_EQ(respond(pass("BYE", Direction::from_callee, 1), Method::bye, 2), Verdict::wait);
    run_for(1s);
    EXPECT_EQ(row(0).id, left.id);
    EXPECT_EQ(row(0).end, End::callee);
    EXPECT_EQ(row(0).seconds, 11);
}

TEST_F(Calls, LimitsGoOnAfterARestart) {
    establish("Supported: timer\n", "Session-Expires: 600;refresher=uac\n");  // until 603 s
    run_for(97s);
    const CallRecord left = row();
    start();
    accounting->adopt(left, now);
    run_for(503s - 1ms);
    EXPECT_TRUE(row().in_progress());
    run_for(2ms);
    EXPECT_EQ(row().end, End::expired);
    EXPECT_EQ(row().ended, at(3s));
}

const char* const offer = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 8\r\n";
const char* const accepted = "v=0\r\no=- 1 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n";

TEST_F(Calls, RecordNamesTheCodecsOfTheAnswer) {
    const Handle call = invite("Content-Type: application/sdp\n", offer);
    const SipText ok(response_text("200 OK", "INVITE", "b", "Content-Type: application/sdp\n"), accepted);
    EXPECT_EQ(accounting->answered(call, ok, "sip:bob@192.0.2.2", callee, ticket(1), now), Verdict::wait);
    run_for(1ms);
    EXPECT_EQ(row().codecs, "PCMA");
}

// RFC 5621 §4.2: SDP beside another part, as gateways send ISUP or a location.
TEST_F(Calls, CodecsAreFoundWithinMultipartBodies) {
    const std::string type = "Content-Type: multipart/mixed;boundary=x\n";
    const auto among_parts = [](std::string_view sdp) {
        return "--x\r\nContent-Type: application/isup\r\n\r\n\x01\r\n--x\r\nContent-Type: application/sdp\r\n\r\n" + std::string(sdp) + "\r\n--x--\r\n";
    };
    const Handle call = invite(type, among_parts(offer));
    const SipText ok(response_text("200 OK", "INVITE", "b", type), among_parts(accepted));
    EXPECT_EQ(accounting->answered(call, ok, "sip:bob@192.0.2.2", callee, ticket(1), now), Verdict::wait);
    run_for(1ms);
    EXPECT_EQ(row().codecs, "PCMA");
}

TEST_F(Calls, AnswerInTheAckIsFoundToo) {
    const Handle call = invite();
    const SipText ok(response_text("200 OK", "INVITE", "b", "Content-Type: application/sdp\n"), offer);
    EXPECT_EQ(accounting->answered(call, ok, "sip:bob@192.0.2.2", callee, ticket(1), now), Verdict::wait);
    const SipText ack("ACK sip:x@192.0.2.2 SIP/2.0\nVia: SIP/2.0/UDP a;branch=z9hG4bK2\nFrom: <sip:alice@example.com>;tag=a\n"
                      "To: <sip:bob@example.com>;tag=b\nCall-ID: 1@a\nCSeq: 1 ACK\nContent-Type: application/sdp\n", accepted);
    accounting->request_passed(accounting->find(ack), ack, caller_address, now);
    run_for(6s);
    EXPECT_EQ(row().codecs, "PCMA");
}

// What a further record is made from outlives the first answer's dialog; it is the INVITE's and nothing of the other phone's.
TEST_F(Calls, AFurtherAnswerHasARecordOfItsOwnEvenAfterTheFirstCallHasEnded) {
    for (const bool ended : {false, true}) {
        const Handle call = invite("Content-Type: application/sdp\n", offer);
        EXPECT_EQ(accounting->answered(call, SipText(response_text("200 OK", "INVITE", "b")), "sip:bob@192.0.2.2", callee, ticket(1), now), Verdict::wait);
        run_for(1s);
        const auto bye = [&](std::string_view tag) { return respond(pass("BYE", Direction::from_caller, 2, "", tag), Method::bye, 2); };
        if (ended) std::ignore = bye("b");
        run_for(1s);
        std::string other = response_text("200 OK", "INVITE", "c", "Content-Type: application/sdp\n");
        other.replace(other.find("Server: Callee/2\n"), 17, "");
        EXPECT_EQ(accounting->answered(call, SipText(other, accepted), "sip:carol@192.0.2.3", callee, ticket(3), now), Verdict::wait);
        EXPECT_EQ(accounting->answered(call, SipText(other, accepted), "sip:carol@192.0.2.3", callee, ticket(4), now), Verdict::go_on);  // again
        run_for(1ms);
        const CallRecord first = row(store.rows().size() - 2), &further = row(store.rows().size() - 1);
        EXPECT_EQ(first.end, ended ? End::caller : End::none);
        EXPECT_EQ(further.call, first.id);
        EXPECT_NE(further.id, first.id);
        EXPECT_TRUE(further.in_progress());
        EXPECT_EQ(further.ended, UtcTime{});
        EXPECT_EQ(further.invited, first.invited);
        EXPECT_EQ(further.user, "alice@example.com");
        EXPECT_EQ(further.from_uri, "sip:alice@example.com");
        EXPECT_EQ(further.to_uri + ' ' + further.request_uri, "sip:bob@example.com sip:bob@example.com");
        EXPECT_EQ(further.caller_agent, "Caller/1");
        EXPECT_EQ(further.callee_agent, "");
        EXPECT_EQ(further.codecs, "PCMA");
        EXPECT_EQ(further.binding, "sip:carol@192.0.2.3");
        EXPECT_EQ(further.to_tag, "c");
        const auto state = dialog::parse_dialog_state(further.dialog);
        ASSERT_TRUE(state);
        EXPECT_EQ(state->contact(Direction::from_caller), "sip:alice@192.0.2.1");
        EXPECT_EQ(state->caller.cseq, 1U);
        run_for(60s);  // beyond the wait for late answers
        if (!ended) std::ignore = bye("b");
        EXPECT_EQ(bye("c"), Verdict::wait);
        run_for(1s);
        EXPECT_EQ(row(store.rows().size() - 1).seconds, 61);
    }
}

TEST_F(Calls, ForeignDialogsAreNotTheirs) {
    establish();
    EXPECT_FALSE(pass("BYE", Direction::from_caller, 2, "", "other").call);
    EXPECT_EQ(accounting->response_passed({}, Method::bye, nullptr, ticket(9), now), Verdict::go_on);
    EXPECT_EQ(respond(pass("BYE", Direction::from_caller, 2), Method::bye, 2), Verdict::wait);
}

TEST(RecordIds, NeverRepeatWhateverTheClockDoes) {
    const UtcTime t = std::chrono::sys_days(std::chrono::year(2026) / 5 / 1);
    RecordIds one(1), two(2);
    std::uint64_t last = one.next(t);
    EXPECT_NE(last, two.next(t));
    for (const Duration d : {0s, 0s, 1s, -10s, 0s}) {
        const std::uint64_t id = one.next(t + d);
        EXPECT_GT(id, last);
        last = id;
    }
    RecordIds restarted(1, last);
    EXPECT_GT(restarted.next(t - 24h), last);
    EXPECT_LT(last, std::uint64_t{1} << 63);
}

}  // namespace
}  // namespace offhook::accounting::test
