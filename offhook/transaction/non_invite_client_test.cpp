#include "offhook/transaction/non_invite_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "offhook/transaction/driver_test.hpp"

namespace offhook::transaction {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = Action::Kind;
using State = NonInviteClient::State;
using Client = Driver<NonInviteClient>;

// §17.1.2.2: E doubles up to T2; F ends it at 64*T1.
TEST(NonInviteClient, ResendsAtIntervalsCappedAtT2UntilTimerF) {
    Client c(false);
    c.run();
    EXPECT_THAT(c.instants(Kind::resend_request),
                ElementsAre(500ms, 1500ms, 3500ms, 7500ms, 11500ms, 15500ms, 19500ms, 23500ms, 27500ms, 31500ms));
    EXPECT_THAT(c.instants(Kind::report_timeout), ElementsAre(32s));
    EXPECT_EQ(c.machine.state(), State::terminated);
}

TEST(NonInviteClient, NeverResendsOverAStream) {
    Client c(true);
    c.run();
    EXPECT_THAT(c.instants(Kind::resend_request), IsEmpty());
    EXPECT_THAT(c.instants(Kind::report_timeout), ElementsAre(32s));
}

// In proceeding E goes on with T2, and F still ends it.
TEST(NonInviteClient, ResendsEveryT2OnceAProvisionalResponseCame) {
    Client c(false);
    c.run_until(600ms);
    c.response(100);
    c.response(100);
    c.run_until(10s);
    EXPECT_THAT(c.instants(Kind::resend_request), ElementsAre(500ms, 1500ms, 5500ms, 9500ms));
    EXPECT_EQ(c.count(Kind::pass_response_up), 1u);
    c.run();
    EXPECT_THAT(c.instants(Kind::report_timeout), ElementsAre(32s));
}

// K: T4 over UDP, 0 over streams.
TEST(NonInviteClient, AbsorbsRepeatedAnswersUntilTimerK) {
    for (const int status : {200, 302, 404, 503, 600}) {
        Client c(false);
        c.run_until(1s);
        c.response(status);
        c.response(status);
        EXPECT_EQ(c.count(Kind::pass_response_up), 1u);
        EXPECT_EQ(c.count(Kind::forget), 1u);
        c.run_until(5999ms);
        EXPECT_EQ(c.machine.state(), State::completed);
        c.run_until(6s);
        EXPECT_EQ(c.machine.state(), State::terminated);
        EXPECT_THAT(c.armed, IsEmpty());
    }
    Client stream(true);
    stream.response(200);
    stream.run_until(0s);
    EXPECT_EQ(stream.machine.state(), State::terminated);
}

TEST(NonInviteClient, ReportsATransportErrorUntilAnswered) {
    const std::pair<std::vector<int>, std::size_t> cases[] = {{{}, 1}, {{100}, 1}, {{200}, 0}};
    for (const auto& [responses, reports] : cases) {
        Client c(false);
        for (const int status : responses) c.response(status);
        c.apply(c.machine.on_transport_error());
        EXPECT_EQ(c.count(Kind::report_transport_error), reports);
        if (reports != 0) {
            EXPECT_THAT(c.armed, IsEmpty());
        }
    }
}

}  // namespace
}  // namespace offhook::transaction
