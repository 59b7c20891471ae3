#include "offhook/message/geolocation.hpp"

#include <gtest/gtest.h>

#include <string>

#include "offhook/message/typed.hpp"
#include "offhook/message/verdict_test.hpp"

namespace offhook::message {
namespace {

// RFC 6442 §4.1, §5.1: by reference to a part of the body, or to a server.
TEST(Geolocation, IsAUriOfAnyScheme) {
    for (const char* uri : {"cid:target123@atlanta.example.com", "sips:target123@server5.atlanta.example.com", "pres:target123@example.com"})
        EXPECT_EQ(parse_value<HeaderId::geolocation>(std::string("<").append(uri).append(">;x=1"))->uri.size(), std::string(uri).size()) << uri;
}

// §4.2: an extension that is not known means no.
TEST(GeolocationRouting, IsAllowedByYesAlone) {
    const std::pair<const char*, bool> cases[] = {{"yes", true}, {"Yes", true}, {"no", false}, {"yes=1", false}, {"maybe", false}};
    for (const auto& [text, allowed] : cases) EXPECT_EQ(parse_geolocation_routing(text)->allowed, allowed) << text;
}

// RFC 6442 §4.4, RFC 8876 §5.2.
TEST(CodedError, HasItsCodeAndWords) {
    const auto folded = parse_geolocation_error("200 ; code=\"Permission To Use Location\r\n   Information\"");
    ASSERT_TRUE(folded);
    EXPECT_EQ(folded->code, 200u);
    EXPECT_TRUE(folded->words.starts_with("Permission To Use Location"));
    EXPECT_EQ(parse_geolocation_error("7")->words, "");
    const auto alert = parse_alert_error("100;message=\"Cannot process the alert payload\";x");
    ASSERT_TRUE(alert);
    EXPECT_EQ(alert->code, 100u);
    EXPECT_EQ(alert->words, "Cannot process the alert payload");
    EXPECT_TRUE(alert->parameter("x"));
}

TEST(GeolocationError, IsReadAsItWasWritten) {
    std::string written;
    append_geolocation_error(written, 100, "Cannot Process Location");
    EXPECT_EQ(written, "100;code=\"Cannot Process Location\"");
    const auto error = parse_geolocation_error(written);
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, 100u);
    EXPECT_EQ(error->words, "Cannot Process Location");
}

TEST(Geolocation, SaysWhereItBreaks) {
    using enum ErrorCode;
    expect_broken({
        {HeaderId::geolocation, "cid:a@b", bad_name_addr, 0},
        {HeaderId::geolocation, "<cid:a@b", unterminated_angle, 0},
        {HeaderId::geolocation_routing, "", bad_parameter, 0},
        {HeaderId::geolocation_routing, "yes no", trailing_bytes, 4},
        {HeaderId::geolocation_error, "x", bad_number, 0},
        {HeaderId::geolocation_error, "1000", number_out_of_range, 0},
        {HeaderId::geolocation_error, "100 Cannot", trailing_bytes, 4},
        {HeaderId::geolocation_error, "100;code=\"x", unterminated_quote, 9},
        {HeaderId::alertmsg_error, "99", bad_number, 2},
        {HeaderId::alertmsg_error, "0100", number_out_of_range, 0},
    });
}

}  // namespace
}  // namespace offhook::message
