#include "offhook/charging/admission.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace offhook::charging {
namespace {

TEST(Admission, ADestinationIsRefusedByTheFirstRuleThatItBreaks) {
    struct Case {
        bool locked;
        std::vector<std::string> blocked, allowed;
        std::string destination;
        Rule rule;
    };
    const std::vector<Case> cases{
        {false, {}, {}, "+4930", Rule::none},
        {true, {}, {}, "+4930", Rule::locked},
        {true, {"+49"}, {}, "+4930", Rule::locked},
        {false, {"+49"}, {}, "+4930", Rule::blocked_prefix},
        {false, {"+4931"}, {}, "+4930", Rule::none},
        {false, {"+4930"}, {}, "+4930", Rule::blocked_prefix},
        {false, {"+49301"}, {}, "+4930", Rule::none},
        {false, {"+43", "+49"}, {"+49"}, "+4930", Rule::blocked_prefix},
        {false, {}, {"+43"}, "+4930", Rule::not_allowed},
        {false, {}, {"+43", "+49"}, "+4930", Rule::none},
        {false, {"+4990"}, {"+49"}, "+4990123", Rule::blocked_prefix},
        {false, {}, {"+49"}, "alice", Rule::not_allowed},
        {false, {}, {"+49"}, "", Rule::not_allowed},
    };
    for (const Case& c : cases) {
        Account account;
        account.locked = c.locked;
        account.limits.blocked = c.blocked;
        account.limits.allowed = c.allowed;
        EXPECT_EQ(admit_destination(account, c.destination), c.rule) << c.destination << ' ' << text_of(c.rule);
    }
}

TEST(Admission, CountsAndSpendingAreRefusedWhereTheLimitIsReached) {
    Limits limits;
    limits.calls_of_user = 2;
    limits.calls_of_account = 4;
    limits.calls_per_hour = 6;
    limits.calls_per_day = 8;
    limits.spend_per_hour = 10;
    limits.spend_per_day = 12;
    const std::vector<std::pair<Use, Rule>> cases{
        {{}, Rule::none},
        {{1, 3, 5, 7, 9, 11}, Rule::none},
        {{2, 3, 5, 7, 9, 11}, Rule::calls_of_user},
        {{1, 4, 5, 7, 9, 11}, Rule::calls_of_account},
        {{1, 3, 6, 7, 9, 11}, Rule::calls_per_hour},
        {{1, 3, 5, 8, 9, 11}, Rule::calls_per_day},
        {{1, 3, 5, 7, 10, 11}, Rule::spend_per_hour},
        {{1, 3, 5, 7, 9, 12}, Rule::spend_per_day},
        {{9, 9, 9, 9, 19, 19}, Rule::calls_of_user},
        {{0, 9, 9, 9, 19, 19}, Rule::calls_of_account},
        {{0, 0, 0, 9, 19, 19}, Rule::calls_per_day},
    };
    for (const auto& [use, rule] : cases) {
        EXPECT_EQ(admit_use(limits, use), rule) << text_of(rule);
        EXPECT_EQ(admit_use({}, use), Rule::none);
    }
}

TEST(Admission, NetworksAreOfTwentyFourAndFortyEightBits) {
    EXPECT_EQ(network_of("192.0.2.77"), "192.0.2.0/24");
    EXPECT_EQ(network_of("2001:db8:7:8::9"), "2001:db8:7::/48");
    EXPECT_EQ(network_of("[2001:db8:7:8::9]"), "2001:db8:7::/48");
    EXPECT_EQ(network_of("pc33.example.com"), std::nullopt);
    EXPECT_EQ(network_of(""), std::nullopt);
}

TEST(Admission, SignsOfTheftLockWithAReason) {
    Limits limits;
    limits.premium = {"+882"};
    limits.burst = 3;
    limits.burst_minutes = 5;
    limits.networks = 2;
    EXPECT_TRUE(is_premium(limits, "+8821"));
    EXPECT_FALSE(is_premium(limits, "+881"));
    EXPECT_EQ(theft(limits, {2, 2}), std::nullopt);
    EXPECT_EQ(theft(limits, {3, 0}), "3 new premium destinations within 5 minutes");
    EXPECT_EQ(theft(limits, {0, 3}), "used from 3 networks within an hour");
    EXPECT_EQ(theft({}, {99, 99}), std::nullopt);
}

}  // namespace
}  // namespace offhook::charging
