#include "offhook/transaction/invite_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "offhook/transaction/driver_test.hpp"

namespace offhook::transaction {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = Action::Kind;
using State = InviteServer::State;
using Server = Driver<InviteServer>;

TEST(InviteServer, SendsA100AfterTwoHundredMillisecondsOfSilence) {
    Server silent(false);
    silent.run();
    EXPECT_THAT(silent.instants(Kind::send_trying), ElementsAre(200ms));

    for (const int status : {100, 180, 200, 486}) {
        Server answered(false);
        answered.run_until(199ms);
        answered.respond(status);
        answered.run();
        EXPECT_EQ(answered.count(Kind::send_trying), 0u) << status;
    }
}

// §17.2.1: G doubles up to T2, H ends it at 64*T1 if no ACK comes.
TEST(InviteServer, ResendsAFailureUntilTimerH) {
    Server s(false);
    s.respond(486);
    s.run();
    EXPECT_THAT(s.instants(Kind::resend_response),
                ElementsAre(500ms, 1500ms, 3500ms, 7500ms, 11500ms, 15500ms, 19500ms, 23500ms, 27500ms, 31500ms));
    EXPECT_EQ(s.now, 32s);
    EXPECT_EQ(s.machine.state(), State::terminated);

    Server stream(true);
    stream.respond(486);
    stream.run();
    EXPECT_THAT(stream.instants(Kind::resend_response), IsEmpty());
    EXPECT_EQ(stream.now, 32s);
}

// I: T4 over UDP, 0 over streams.
TEST(InviteServer, AbsorbsFurtherAcksUntilTimerI) {
    Server s(false);
    s.respond(486);
    s.run_until(1s);
    s.apply(s.machine.on_ack(s.timers));
    s.apply(s.machine.on_ack(s.timers));
    EXPECT_EQ(s.machine.state(), State::confirmed);
    EXPECT_EQ(s.count(Kind::pass_ack_up), 0u);
    EXPECT_THAT(s.machine.on_retransmission(), IsEmpty());
    s.run_until(5999ms);
    EXPECT_EQ(s.machine.state(), State::confirmed);
    s.run_until(6s);
    EXPECT_EQ(s.machine.state(), State::terminated);
    EXPECT_THAT(s.instants(Kind::resend_response), ElementsAre(500ms));

    Server stream(true);
    stream.respond(486);
    stream.apply(stream.machine.on_ack(stream.timers));
    stream.run_until(0s);
    EXPECT_EQ(stream.machine.state(), State::terminated);
}

// RFC 6026 §7.1: L is 64*T1 over any transport; every 2xx of the user's is sent, none by the machine; every ACK is the user's.
TEST(InviteServer, StaysAcceptedUntilTimerL) {
    for (const bool reliable : {false, true}) {
        Server s(reliable);
        s.respond(200);
        s.run_until(10s);
        s.respond(200);
        s.respond(180);
        s.respond(486);
        EXPECT_THAT(s.instants(Kind::send_response), ElementsAre(0s, 10s));
        EXPECT_THAT(s.machine.on_retransmission(), IsEmpty());
        s.apply(s.machine.on_ack(s.timers));
        EXPECT_EQ(s.count(Kind::pass_ack_up), 1u);
        s.run_until(31999ms);
        EXPECT_EQ(s.machine.state(), State::accepted);
        s.run_until(32s);
        EXPECT_EQ(s.machine.state(), State::terminated);
        EXPECT_EQ(s.count(Kind::resend_response), 0u);
    }
}

TEST(InviteServer, AnswersARetransmissionWithTheLastResponse) {
    Server s(false);
    EXPECT_THAT(s.machine.on_retransmission(), ::testing::SizeIs(1));
    s.respond(180);
    EXPECT_THAT(s.machine.on_retransmission(), ::testing::SizeIs(1));
    s.respond(486);
    EXPECT_THAT(s.machine.on_retransmission(), ::testing::SizeIs(1));
}

TEST(InviteServer, DropsWhateverFollowsAFailure) {
    Server s(false);
    s.respond(486);
    for (const int status : {100, 180, 200, 486, 603}) s.respond(status);
    EXPECT_EQ(s.count(Kind::send_response), 1u);
}

TEST(InviteServer, IgnoresAnAckBeforeItsFinalResponse) {
    Server s(false);
    s.apply(s.machine.on_ack(s.timers));
    EXPECT_EQ(s.machine.state(), State::proceeding);
    EXPECT_THAT(s.log, IsEmpty());
}

}  // namespace
}  // namespace offhook::transaction
