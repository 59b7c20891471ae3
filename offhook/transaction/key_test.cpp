#include "offhook/transaction/key.hpp"

#include <gtest/gtest.h>

#include "offhook/transaction/world_test.hpp"

namespace offhook::transaction {
namespace {

constexpr SipKey salt{1, 2};

Key key(const std::string& bytes) {
    message::Message m;
    EXPECT_TRUE(m.index(bytes));
    const auto parts = key_parts(m);
    EXPECT_TRUE(parts);
    return parts ? key_of(salt, *parts) : Key{};
}

TEST(Key, OfARequestWithTheCookieIsBranchSentByAndMethod) {
    const Key invite = key(World::request("INVITE"));
    EXPECT_EQ(key(World::request("INVITE", {.to_tag = "t", .cseq = "7"})), invite);
    EXPECT_EQ(key(World::request("ACK")), invite);
    EXPECT_NE(key(World::request("CANCEL")), invite);
    EXPECT_NE(key(World::request("INVITE", {.branch = ";branch=z9hG4bKONE"})), invite);
    EXPECT_EQ(key(World::request("INVITE", {.via_host = "HOST.example"})), key(World::request("INVITE", {.via_host = "host.EXAMPLE"})));
}

TEST(Key, OfARequestWithoutTheCookieIsWhatRfc2543Compares) {
    const World::Parts old{.branch = ""};
    const Key invite = key(World::request("INVITE", old));
    EXPECT_EQ(key(World::request("ACK", old)), invite);
    EXPECT_NE(key(World::request("INVITE", {.branch = "", .to_tag = "t"})), invite);
    EXPECT_NE(key(World::request("INVITE", {.branch = "", .cseq = "2"})), invite);
    EXPECT_NE(key(World::request("INVITE", {.branch = ";x"})), invite);
}

TEST(Key, DependsOnTheSaltInBothHalves) {
    const std::string bytes = World::request("INVITE");
    message::Message m;
    ASSERT_TRUE(m.index(bytes));
    const Key a = key_of({1, 2}, *key_parts(m)), b = key_of({1, 3}, *key_parts(m));
    EXPECT_NE(a.high, b.high);
    EXPECT_NE(a.low, b.low);
    EXPECT_NE(a.high, a.low);
}

TEST(Key, OfAnUnreadableViaIsNone) {
    const std::string bytes = "OPTIONS sip:b SIP/2.0\r\nVia: nonsense\r\nFrom: <sip:a>\r\nTo: <sip:b>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\n\r\n";
    message::Message m;
    ASSERT_TRUE(m.index(bytes));
    EXPECT_FALSE(key_parts(m));
}

}  // namespace
}  // namespace offhook::transaction
