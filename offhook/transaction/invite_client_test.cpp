#include "offhook/transaction/invite_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "offhook/transaction/driver_test.hpp"

namespace offhook::transaction {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = Action::Kind;
using State = InviteClient::State;
using Client = Driver<InviteClient>;

// §17.1.1.2: over UDP the INVITE goes out again after T1, 2*T1, 4*T1 ... without a cap, and timer B ends it at 64*T1.
TEST(InviteClient, ResendsAtDoublingIntervalsUntilTimerB) {
    Client c(false);
    c.run();
    EXPECT_THAT(c.instants(Kind::resend_request), ElementsAre(500ms, 1500ms, 3500ms, 7500ms, 15500ms, 31500ms));
    EXPECT_THAT(c.instants(Kind::report_timeout), ElementsAre(32s));
    EXPECT_EQ(c.machine.state(), State::terminated);
}

TEST(InviteClient, NeverResendsOverAStream) {
    Client c(true);
    c.run();
    EXPECT_THAT(c.instants(Kind::resend_request), IsEmpty());
    EXPECT_THAT(c.instants(Kind::report_timeout), ElementsAre(32s));
}

TEST(InviteClient, WaitsWithoutLimitOnceAProvisionalResponseCame) {
    Client c(false);
    c.run_until(1s);
    c.response(180);
    c.run();
    EXPECT_THAT(c.instants(Kind::resend_request), ElementsAre(500ms));
    EXPECT_EQ(c.count(Kind::report_timeout), 0u);
    EXPECT_EQ(c.machine.state(), State::proceeding);
}

// Timer D: at least 32 s over UDP, 0 over streams; every failure that comes again is acknowledged again.
TEST(InviteClient, AbsorbsRepeatedFailuresUntilTimerD) {
    Client c(false);
    c.response(486);
    c.run_until(31s);
    c.response(486);
    EXPECT_THAT(c.instants(Kind::send_ack), ElementsAre(0s, 31s));
    EXPECT_EQ(c.count(Kind::pass_response_up), 1u);
    c.run_until(31999ms);
    EXPECT_EQ(c.machine.state(), State::completed);
    c.run_until(32s);
    EXPECT_EQ(c.machine.state(), State::terminated);

    Client stream(true);
    stream.response(486);
    stream.run_until(0s);
    EXPECT_EQ(stream.machine.state(), State::terminated);
}

// RFC 6026 §7.2: timer M keeps the transaction 64*T1 after the first 2xx, over any transport.
TEST(InviteClient, PassesEvery2xxUpUntilTimerM) {
    for (const bool reliable : {false, true}) {
        Client c(reliable);
        c.response(200);
        c.run_until(31999ms);
        c.response(200);
        EXPECT_EQ(c.count(Kind::pass_response_up), 2u);
        EXPECT_EQ(c.count(Kind::send_ack), 0u);
        EXPECT_EQ(c.machine.state(), State::accepted);
        c.run_until(32s);
        EXPECT_EQ(c.machine.state(), State::terminated);
    }
}

// §9.1: the CANCEL waits for a provisional response; 64*T1 after it left, the INVITE is given up.
TEST(InviteClient, CancelsAtTheFirstProvisionalResponseAndGivesUpLater) {
    Client c(false);
    c.apply(c.machine.on_cancel(c.timers));
    c.run_until(2s);
    EXPECT_EQ(c.count(Kind::send_cancel), 0u);
    c.response(100);
    c.response(180);
    EXPECT_THAT(c.instants(Kind::send_cancel), ElementsAre(2s));
    c.apply(c.machine.on_cancel(c.timers));
    EXPECT_EQ(c.count(Kind::send_cancel), 1u);
    c.run();
    EXPECT_THAT(c.instants(Kind::report_timeout), ElementsAre(34s));
}

TEST(InviteClient, CancelledBeforeAnyAnswerEndsAtTimerBWithoutACancel) {
    Client c(false);
    c.apply(c.machine.on_cancel(c.timers));
    c.run();
    EXPECT_EQ(c.count(Kind::send_cancel), 0u);
    EXPECT_THAT(c.instants(Kind::report_timeout), ElementsAre(32s));
}

TEST(InviteClient, AFinalResponseStopsTheLimitOfTheCancel) {
    for (const int status : {200, 487}) {
        Client c(false);
        c.response(180);
        c.apply(c.machine.on_cancel(c.timers));
        c.run_until(1s);
        c.response(status);
        c.run();
        EXPECT_EQ(c.count(Kind::report_timeout), 0u) << status;
        EXPECT_EQ(c.now, 33s) << status;
    }
}

// RFC 6026 figure 5: reported in calling and completed only.
TEST(InviteClient, ReportsATransportErrorOnlyWhereSomethingMayBeLost) {
    const std::pair<std::vector<int>, std::size_t> cases[] = {{{}, 1}, {{180}, 0}, {{200}, 0}, {{486}, 1}};
    for (const auto& [responses, reports] : cases) {
        Client c(false);
        for (const int status : responses) c.response(status);
        c.apply(c.machine.on_transport_error());
        EXPECT_EQ(c.count(Kind::report_transport_error), reports) << ::testing::PrintToString(responses);
        if (reports != 0) {
            EXPECT_THAT(c.armed, IsEmpty());
        }
    }
}

struct Case {
    const char* name;
    std::vector<int> responses;
    State ends_in;
    std::size_t passed_up, acks;
};

class InviteClientResponses : public ::testing::TestWithParam<Case> {};

TEST_P(InviteClientResponses, LeadTo) {
    const Case& expected = GetParam();
    Client c(false);
    for (const int status : expected.responses) c.response(status);
    EXPECT_EQ(c.machine.state(), expected.ends_in);
    EXPECT_EQ(c.count(Kind::pass_response_up), expected.passed_up);
    EXPECT_EQ(c.count(Kind::send_ack), expected.acks);
}

INSTANTIATE_TEST_SUITE_P(Rfc3261, InviteClientResponses,
                         ::testing::Values(Case{"answered", {100, 180, 200}, State::accepted, 3, 0},
                                           Case{"repeated_100_is_no_news", {100, 100, 180, 100, 180}, State::proceeding, 3, 0},
                                           Case{"second_fork_answers_too", {200, 200}, State::accepted, 2, 0},
                                           Case{"busy_retransmitted", {486, 486}, State::completed, 1, 2},
                                           Case{"redirected", {180, 302}, State::completed, 2, 1},
                                           Case{"failure_after_success_is_absorbed", {200, 486}, State::accepted, 1, 0},
                                           Case{"success_after_failure_is_absorbed", {486, 200}, State::completed, 1, 1},
                                           Case{"ringing_after_success_is_absorbed", {200, 180}, State::accepted, 1, 0}),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace offhook::transaction
