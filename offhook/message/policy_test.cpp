#include "offhook/message/policy.hpp"

#include <gtest/gtest.h>

#include <string>

#include "offhook/message/typed.hpp"
#include "offhook/message/verdict_test.hpp"

namespace offhook::message {
namespace {

// RFC 6794 §4.4.5.1.
TEST(PolicyId, IsAUriAndAToken) {
    const auto id = parse_policy_id("sip:policy@biloxi.example.com ;token=xtDRE4Tg;x");
    ASSERT_TRUE(id);
    EXPECT_EQ(id->uri, "sip:policy@biloxi.example.com");
    EXPECT_EQ(id->token, "xtDRE4Tg");
    EXPECT_EQ(parse_policy_id("<https://policy.example.com/?a=b>")->uri, "https://policy.example.com/?a=b");
    EXPECT_EQ(parse_policy_id("https://policy.example.com/?a=b")->token, "");
}

// §4.4.5.2.
TEST(PolicyContact, SaysWhetherItMayBeKept) {
    const auto contact = parse_policy_contact("<sip:policy@biloxi.example.com>;non-cacheable;alt-uri=policy2.biloxi.example.com");
    ASSERT_TRUE(contact);
    EXPECT_EQ(contact->uri, "sip:policy@biloxi.example.com");
    EXPECT_FALSE(contact->cacheable);
    EXPECT_EQ(contact->alt_uri, "policy2.biloxi.example.com");
    EXPECT_TRUE(parse_policy_contact("<sip:policy@biloxi.example.com>")->cacheable);
}

TEST(Policy, SaysWhereItBreaks) {
    using enum ErrorCode;
    expect_broken({
        {HeaderId::policy_id, "", bad_uri, 0},
        {HeaderId::policy_id, "sip:a@", bad_host, 6},
        {HeaderId::policy_id, "sip:a;token=", bad_parameter, 12},
        {HeaderId::policy_id, "sip:a b", trailing_bytes, 6},
        {HeaderId::policy_contact, "sip:a", bad_name_addr, 0},
        {HeaderId::policy_contact, "<sip:a>;alt-uri=a:b", bad_host, 16},
    });
}

}  // namespace
}  // namespace offhook::message
