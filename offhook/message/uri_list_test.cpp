#include "offhook/message/uri_list.hpp"

#include <gtest/gtest.h>

#include <string>

#include "offhook/message/typed.hpp"
#include "offhook/message/verdict_test.hpp"

namespace offhook::message {
namespace {

// RFC 5360 §5.11.2, §5.9.3.
TEST(TriggerConsent, NamesTheUriThatNeedsIt) {
    const auto consent = parse_trigger_consent("sip:123@relay.example.com\r\n   ;target-uri=\"sip:friends@relay.example.com\"");
    ASSERT_TRUE(consent);
    EXPECT_EQ(consent->uri, "sip:123@relay.example.com");
    EXPECT_EQ(consent->target, "sip:friends@relay.example.com");
    EXPECT_EQ(parse_value<HeaderId::permission_missing>("sip:C@example.com")->uri, "sip:C@example.com");
}

// RFC 5318 §5, whose own example (§7) has no quotes around the cid: URI and so is none.
TEST(RefusedUri, NamesThePartWithItsMembers) {
    const auto refused = parse_refused_uri("sip:friends-list@example.net; members=\"cid:an3bt8jf03@example.net\"");
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->uri, "sip:friends-list@example.net");
    EXPECT_EQ(refused->members, "cid:an3bt8jf03@example.net");
    EXPECT_EQ(parse_refused_uri("<sip:a@b>")->members, "");
}

TEST(UriList, SaysWhereItBreaks) {
    using enum ErrorCode;
    expect_broken({
        {HeaderId::trigger_consent, "sip:a;target-uri=\"b\"", bad_uri, 19},
        {HeaderId::trigger_consent, "sip:a;target-uri", bad_uri, 16},
        {HeaderId::p_refused_uri_list, "sip:a;members=<cid:b>", bad_parameter, 14},
        {HeaderId::p_refused_uri_list, "sip:a;", bad_parameter, 6},
        {HeaderId::permission_missing, "C", bad_name_addr, 1},
    });
}

}  // namespace
}  // namespace offhook::message
