#include "apps/offhook/storm/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::cli::storm {
namespace {

using ::testing::HasSubstr;

std::vector<std::string> names(std::string_view pattern, std::size_t count = 3) {
    std::vector<std::string> out;
    const auto users = users_of_pattern(pattern, count, "example.com", "secret");
    if (!users) return {users.error().text};
    for (const User& user : *users) {
        EXPECT_EQ(user.domain, "example.com");
        EXPECT_EQ(user.password, "secret");
        out.push_back(user.name);
    }
    return out;
}

TEST(StormUsers, ComeFromAPattern) {
    EXPECT_EQ(names("u{0098..0101}x"), (std::vector<std::string>{"u0098x", "u0099x", "u0100x", "u0101x"}));
    EXPECT_EQ(names("u{9..11}"), (std::vector<std::string>{"u9", "u10", "u11"}));
    EXPECT_EQ(names("{000..}"), (std::vector<std::string>{"000", "001", "002"}));
    EXPECT_EQ(names("alice"), std::vector<std::string>{"alice"});
}

TEST(StormUsers, WrongPatternsAreToldSo) {
    for (const char* wrong : {"", "u{", "u}", "u{}", "u{1}", "u{5..4}", "u{a..b}", "u}1..2{", "u{1..-2}", "u{..4}"})
        EXPECT_THAT(names(wrong), ::testing::ElementsAre(HasSubstr("one range of numbers is wanted"))) << wrong;
    EXPECT_THAT(names("u{0..99999999}"), ::testing::ElementsAre(HasSubstr("more than")));
}

TEST(StormUsers, AreUsersOfSipUris) {
    for (const char* wrong : {"al ice", "a\r\nb", "a@b", "a>b", "a:b", "a;b{1..2}@", "{1..2}\"", "a%2"})
        EXPECT_THAT(names(wrong), ::testing::ElementsAre(HasSubstr("is not the user of a SIP URI"))) << wrong;
    for (const char* domain : {"exam ple.com", "example.com:5060", "example.com;x", "a@b", "", "a\r\nb"})
        EXPECT_THAT(users_of_pattern("u{1..2}", 1, domain, "").error().text, HasSubstr("is not the domain of a SIP URI")) << domain;
    for (const char* domain : {"127.0.0.1", "[::1]", "localhost", "sip.example.com"}) EXPECT_TRUE(users_of_pattern("a%20b-{1..2}", 1, domain, "")) << domain;
    EXPECT_THAT(users_of_csv("a b,example.com,x\n", "users.csv").error().text, HasSubstr("users.csv: \"a b\" is not the user of a SIP URI"));
}

TEST(StormUsers, ComeFromAFileWithTheirOwnPasswords) {
    const auto users = users_of_csv("name,domain,password\nalice,example.com,x\nbob,example.net,y\n", "users.csv");
    ASSERT_TRUE(users);
    ASSERT_EQ(users->size(), 2u);
    EXPECT_EQ(users->at(1).name, "bob");
    EXPECT_EQ(users->at(1).domain, "example.net");
    EXPECT_EQ(users->at(1).password, "y");
    EXPECT_EQ(users_of_csv("alice,example.com,x\nbob\n", "users.csv").error().text,
              "users.csv:2: 1 value where three are wanted: name,domain,password, and a fourth if an account pays");
    EXPECT_THAT(users_of_csv("", "users.csv").error().text, HasSubstr("no user"));
}

TEST(StormTarget, IsThisMachineUnlessAllowed) {
    EXPECT_EQ(resolve_target("127.0.0.1", false)->text(), "127.0.0.1:5060");
    EXPECT_EQ(resolve_target("sip:127.0.0.9:5070", false)->text(), "127.0.0.9:5070");
    EXPECT_EQ(resolve_target("[::1]:5061", false)->text(), "[::1]:5061");
    EXPECT_EQ(resolve_target("[::1]", false)->text(), "[::1]:5060");
    EXPECT_THAT(resolve_target("192.0.2.1:5060", false).error().text,
                HasSubstr("192.0.2.1 is not this machine: a storm against others needs --allow-remote"));
    EXPECT_EQ(resolve_target("192.0.2.1:5060", true)->text(), "192.0.2.1:5060");
    for (const char* wrong : {"", ":5060", "127.0.0.1:0", "127.0.0.1:x", "127.0.0.1:70000", "[::1"})
        EXPECT_THAT(resolve_target(wrong, true).error().text, HasSubstr("is not a target")) << wrong;
}

TEST(StormPlan, LetsEveryUserCallOneHalfTheListFurtherOn) {
    Plan plan;
    plan.users.resize(5);
    std::vector<int> called(5);
    for (std::size_t i = 0; i < 5; ++i) {
        EXPECT_NE(plan.callee_of(i), i);
        ++called[plan.callee_of(i)];
    }
    EXPECT_THAT(called, ::testing::Each(1));
    plan.users.resize(1);
    EXPECT_EQ(plan.callee_of(0), 0u);
}

}  // namespace
}  // namespace offhook::cli::storm
