#include "offhook/message/info.hpp"

#include <gtest/gtest.h>

#include "offhook/message/verdict_test.hpp"

namespace offhook::message {
namespace {

using enum ErrorCode;

TEST(Info, ReadsUriAndPurpose) {
    const auto photo = parse_info("<http://wwww.example.com/alice/photo.jpg> ;purpose=icon");
    ASSERT_TRUE(photo);
    EXPECT_EQ(photo->uri, "http://wwww.example.com/alice/photo.jpg");
    EXPECT_EQ(photo->purpose(), "icon");
    EXPECT_EQ(parse_info("<sip:a@b>")->purpose(), std::nullopt);
    EXPECT_EQ(verdict(parse_info("http://www.example.com/")), refused(bad_name_addr, 0));
    EXPECT_EQ(verdict(parse_info("<sip:a@b")), refused(unterminated_angle, 0));
    EXPECT_EQ(verdict(parse_info("<sip:a@b> purpose=icon")), refused(trailing_bytes, 10));
}

// RFC 7462 §8 and §10, and what its grammar does not allow.
TEST(AlertUrn, ReadsCategoryAndIndication) {
    const struct {
        const char *text, *category, *indication;
    } cases[] = {
        {"urn:alert:service:call-waiting", "service", "call-waiting"},
        {"urn:alert:service:recall:transfer", "service", "recall:transfer"},
        {"URN:Alert:locale:country:za", "locale", "country:za"},
        {"urn:alert:service:call-waiting:abc@example", "service", "call-waiting:abc@example"},
        {"urn:alert:jkl@example.com:a1", "jkl@example.com", "a1"},
        {"urn:alert:distinctive@foo:short-short@bar", "distinctive@foo", "short-short@bar"},
    };
    for (const auto& c : cases) {
        const auto urn = parse_alert_urn(c.text);
        ASSERT_TRUE(urn) << c.text;
        EXPECT_EQ(urn->category, c.category);
        EXPECT_EQ(urn->indication, c.indication);
    }
    EXPECT_TRUE(parse_alert_urn("urn:alert:service:recall:transfer")->is("service", "recall"));
    EXPECT_FALSE(parse_alert_urn("urn:alert:service:recalled")->is("service", "recall"));
    EXPECT_FALSE(parse_alert_urn("urn:alert:source:internal")->is("source", "external"));
    EXPECT_EQ(verdict(parse_alert_urn("urn:uuid:1")), refused(bad_uri, 0));
    EXPECT_EQ(verdict(parse_alert_urn("urn:alert:service")), refused(bad_uri, 17));
    EXPECT_EQ(verdict(parse_alert_urn("urn:alert:service:")), refused(bad_uri, 18));
    EXPECT_EQ(verdict(parse_alert_urn("urn:alert:-a:b")), refused(bad_uri, 10));
    EXPECT_EQ(verdict(parse_alert_urn("urn:alert:a@:b")), refused(bad_uri, 10));
    EXPECT_EQ(verdict(parse_alert_urn("urn:alert:a:b c")), refused(bad_uri, 13));
}

}  // namespace
}  // namespace offhook::message
