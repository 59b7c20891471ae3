#include "offhook/message/content.hpp"

#include <gtest/gtest.h>

#include "offhook/message/verdict_test.hpp"

namespace offhook::message {
namespace {

using enum ErrorCode;

// RFC 3261 §20.11.
TEST(ContentDisposition, IsRequiredUnlessItSaysOptional) {
    const struct {
        const char *text, *type;
        bool required;
    } cases[] = {{"session", "session", true},
                 {"session;handling=optional", "session", false},
                 {"render ; Handling=REQUIRED", "render", true},
                 {"early-session;handling=perhaps", "early-session", true},
                 {"by-reference;x=\"a;handling=optional\"", "by-reference", true}};
    for (const auto& c : cases) {
        const auto value = parse_content_disposition(c.text);
        ASSERT_TRUE(value) << c.text;
        EXPECT_EQ(value->type, c.type);
        EXPECT_EQ(value->required, c.required) << c.text;
    }
    EXPECT_TRUE(parse_content_disposition("Session")->is("session"));
    EXPECT_EQ(verdict(parse_content_disposition(";handling=optional")), refused(bad_token, 0));
    EXPECT_EQ(verdict(parse_content_disposition("session;handling")), refused(bad_parameter_value, 8));
    EXPECT_EQ(verdict(parse_content_disposition("session;handling=\"a b\"")), refused(bad_parameter_value, 18));
    EXPECT_EQ(verdict(parse_content_disposition("session handling")), refused(trailing_bytes, 8));
}

// §20.1.
TEST(Accept, ReadsRangesWithTheirQuality) {
    const auto range = parse_media_range("application/sdp;level=1;q=0.25");
    ASSERT_TRUE(range);
    EXPECT_EQ(range->quality, 250u);
    EXPECT_TRUE(range->matches("Application", "SDP"));
    EXPECT_FALSE(range->matches("application", "pidf+xml"));
    EXPECT_EQ(parse_media_range("text/html")->quality, 1000u);
    EXPECT_TRUE(parse_media_range("text / *")->matches("text", "plain"));
    EXPECT_TRUE(parse_media_range("*/*;q=0")->matches("text", "plain"));
    EXPECT_EQ(verdict(parse_media_range("*/plain")), refused(bad_media_type, 2));
    EXPECT_EQ(verdict(parse_media_range("text")), refused(bad_media_type, 4));
    EXPECT_EQ(verdict(parse_media_range("text/html;q=1.5")), refused(number_out_of_range, 12));
    EXPECT_EQ(verdict(parse_media_range("text/html;q")), refused(bad_number, 10));
}

// §20.2, §20.3, §20.13.
TEST(Accept, ReadsCodingsAndLanguages) {
    EXPECT_EQ(parse_coding("gzip;q=1.0")->value, "gzip");
    EXPECT_EQ(parse_coding("*;q=0")->quality, 0u);
    EXPECT_EQ(parse_coding("identity; q=0.5")->quality, 500u);
    EXPECT_EQ(verdict(parse_coding("g zip")), refused(trailing_bytes, 2));
    EXPECT_EQ(verdict(parse_coding("gzip;q=high")), refused(bad_number, 7));
    EXPECT_EQ(parse_language_range("en-gb;q=0.8")->value, "en-gb");
    EXPECT_EQ(parse_language_range("en-gb;q=0.8")->quality, 800u);
    EXPECT_EQ(parse_language_range("*")->value, "*");
    EXPECT_EQ(parse_language_range("es-419")->value, "es-419");
    EXPECT_EQ(verdict(parse_language_range("en-")), refused(bad_token, 3));
    EXPECT_EQ(verdict(parse_language_range("4n")), refused(bad_token, 0));
    EXPECT_EQ(verdict(parse_language_range("de-abcdefghi")), refused(bad_token, 3));
    EXPECT_EQ(parse_language_tag("fr").value(), "fr");
    EXPECT_EQ(verdict(parse_language_tag("f r")), refused(trailing_bytes, 1));
}

// §20.26.
TEST(Priority, KnowsItsFourLevels) {
    using Level = Priority::Level;
    const std::pair<const char*, Level> cases[] = {{"emergency", Level::emergency},
                                                   {"URGENT", Level::urgent},
                                                   {"normal", Level::normal},
                                                   {"non-urgent", Level::non_urgent},
                                                   {"psap-callback", Level::other}};
    for (const auto& [text, level] : cases) EXPECT_EQ(parse_priority(text)->level, level) << text;
    EXPECT_EQ(verdict(parse_priority("non urgent")), refused(bad_token, 3));
}

}  // namespace
}  // namespace offhook::message
