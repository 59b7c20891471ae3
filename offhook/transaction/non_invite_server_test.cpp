#include "offhook/transaction/non_invite_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "offhook/transaction/driver_test.hpp"

namespace offhook::transaction {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = Action::Kind;
using State = NonInviteServer::State;
using Server = Driver<NonInviteServer>;

// RFC 4320 §4.1: a 100 at the instant at which a client's timer E reaches T2, whatever the transport.
TEST(NonInviteServer, SendsA100AfterThreeAndAHalfSecondsOfSilence) {
    for (const bool reliable : {false, true}) {
        Server s(reliable);
        s.run();
        EXPECT_THAT(s.instants(Kind::send_trying), ElementsAre(3500ms));
        EXPECT_EQ(s.machine.state(), State::proceeding);
    }
}

TEST(NonInviteServer, SendsNoOtherProvisionalResponse) {
    Server udp(false);
    for (const int status : {100, 180, 183}) udp.respond(status);
    EXPECT_EQ(udp.count(Kind::send_response), 0u);
    udp.run_until(4s);
    for (const int status : {100, 180, 183}) udp.respond(status);
    EXPECT_EQ(udp.count(Kind::send_response), 1u);

    Server stream(true);
    for (const int status : {183, 100}) stream.respond(status);
    EXPECT_EQ(stream.count(Kind::send_response), 1u);
    stream.run();
    EXPECT_EQ(stream.count(Kind::send_trying), 0u);
}

// J: 64*T1 over UDP, 0 over streams.
TEST(NonInviteServer, AbsorbsRetransmissionsUntilTimerJ) {
    Server s(false);
    EXPECT_THAT(s.machine.on_retransmission(), IsEmpty());
    s.run_until(1s);
    s.respond(200);
    s.respond(404);
    EXPECT_EQ(s.count(Kind::send_response), 1u);
    EXPECT_THAT(s.machine.on_retransmission(), ::testing::SizeIs(1));
    s.run_until(32999ms);
    EXPECT_EQ(s.machine.state(), State::completed);
    s.run_until(33s);
    EXPECT_EQ(s.machine.state(), State::terminated);
    EXPECT_EQ(s.count(Kind::send_trying), 0u);

    Server stream(true);
    stream.respond(200);
    stream.run_until(0s);
    EXPECT_EQ(stream.machine.state(), State::terminated);
}

// RFC 4320 §4.2.
TEST(NonInviteServer, NeverSendsA408) {
    Server s(false);
    s.respond(408);
    EXPECT_EQ(s.count(Kind::send_response), 0u);
    EXPECT_EQ(s.machine.state(), State::completed);
    s.run();
    EXPECT_EQ(s.machine.state(), State::terminated);
}

TEST(NonInviteServer, EndsWhenItsResponseCannotLeave) {
    Server trying(false);
    trying.apply(trying.machine.on_transport_error());
    EXPECT_EQ(trying.machine.state(), State::trying);

    Server completed(false);
    completed.respond(200);
    completed.apply(completed.machine.on_transport_error());
    EXPECT_EQ(completed.machine.state(), State::terminated);
    EXPECT_THAT(completed.armed, IsEmpty());
}

}  // namespace
}  // namespace offhook::transaction
