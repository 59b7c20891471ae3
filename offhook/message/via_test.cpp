#include "offhook/message/via.hpp"

#include <gtest/gtest.h>

namespace offhook::message {
namespace {

TEST(Via, ReadsEveryPart) {
    const auto via = parse_via("SIP/2.0/UDP pc33.atlanta.com:5066;branch=z9hG4bK776asdhds;rport=9988;received=192.0.2.1;maddr=224.0.1.75;ttl=1;x");
    ASSERT_TRUE(via);
    EXPECT_EQ(via->transport, "UDP");
    EXPECT_EQ(via->host, "pc33.atlanta.com");
    EXPECT_EQ(via->port, 5066);
    EXPECT_EQ(via->branch, "z9hG4bK776asdhds");
    EXPECT_TRUE(via->rfc3261_branch());
    EXPECT_EQ(via->received, "192.0.2.1");
    EXPECT_EQ(via->maddr, "224.0.1.75");
    EXPECT_TRUE(via->has_rport);
    EXPECT_EQ(via->rport, 9988);
}

TEST(Via, AllowsBlanksAndFoldsWhereTheGrammarDoes) {
    const auto via = parse_via("SIP  / 2.0\r\n / TCP     spindle.example.com :\t5070  ;\r\n  branch  =   z9hG4bK9ikj8 ; rport  ");
    ASSERT_TRUE(via);
    EXPECT_EQ(via->transport, "TCP");
    EXPECT_EQ(via->host, "spindle.example.com");
    EXPECT_EQ(via->port, 5070);
    EXPECT_EQ(via->branch, "z9hG4bK9ikj8");
    EXPECT_TRUE(via->has_rport);
    EXPECT_EQ(via->rport, 0);
}

// RFC 5118 §4.5: received bears an IPv6 address with or without brackets.
TEST(Via, ReadsIpv6) {
    const auto via = parse_via("SIP/2.0/UDP [2001:db8::9:1];received=2001:db8::9:255;branch=z9hG4bKas3-111");
    ASSERT_TRUE(via);
    EXPECT_EQ(via->host, "[2001:db8::9:1]");
    EXPECT_EQ(via->received, "2001:db8::9:255");
    EXPECT_EQ(parse_via("SIP/2.0/UDP h;received=[2001:db8::9:255]")->received, "[2001:db8::9:255]");
    EXPECT_FALSE(parse_via("SIP/2.0/UDP h;branch=390skdjuw")->rfc3261_branch());
}

// RFC 3261 §7.3.1: no name stands twice. Where one does, what tells transactions apart must not depend on who reads it.
TEST(Via, TakesTheFirstOfParametersThatStandTwice) {
    const auto via = parse_via("SIP/2.0/UDP h;branch=z9hG4bK1;rport;received=192.0.2.1;maddr=a;BRANCH=z9hG4bK2;rport=5;received=192.0.2.2;maddr=b");
    ASSERT_TRUE(via);
    EXPECT_EQ(via->branch, "z9hG4bK1");
    EXPECT_EQ(via->received, "192.0.2.1");
    EXPECT_EQ(via->maddr, "a");
    EXPECT_TRUE(via->has_rport);
    EXPECT_EQ(via->rport, 0);
    EXPECT_EQ(parse_via("SIP/2.0/UDP h;branch;branch=z9hG4bK2")->branch, "");
    EXPECT_EQ(parse_via("SIP/2.0/UDP h;rport=1;rport=x").error().code, ErrorCode::bad_port);
}

TEST(Via, SaysWhereItBreaks) {
    using enum ErrorCode;
    const struct {
        const char* text;
        ErrorCode code;
        std::uint32_t offset;
    } cases[] = {
        {"", bad_via, 0},
        {"SIP/2.0", bad_via, 7},
        {"SIP/7.0/UDP h", bad_via, 4},
        {"HTTP/2.0/UDP h", bad_via, 0},
        {"SIP/2.0/ h", bad_via, 10},
        {"SIP/2.0/UDP", bad_via, 11},
        {"SIP/2.0/UDP ", bad_host, 12},
        {"SIP/2.0/UDP 192.0.2.15;;", bad_parameter, 23},
        {"SIP/2.0/UDP h:0", bad_port, 14},
        {"SIP/2.0/UDP h:", bad_port, 14},
        {"SIP/2.0/UDP h x", trailing_bytes, 14},
        {"SIP/2.0/UDP h;rport=x", bad_port, 14},
        {"SIP/2.0/UDP h;branch=", bad_parameter, 21},
    };
    for (const auto& c : cases) {
        const auto via = parse_via(c.text);
        ASSERT_FALSE(via) << c.text;
        EXPECT_EQ(describe(via.error().code).text, describe(c.code).text) << c.text;
        EXPECT_EQ(via.error().offset, c.offset) << c.text;
    }
}

}  // namespace
}  // namespace offhook::message
