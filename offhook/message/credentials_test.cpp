#include "offhook/message/credentials.hpp"

#include <gtest/gtest.h>

namespace offhook::message {
namespace {

TEST(Credentials, ReadSchemeAndParameters) {
    const auto value = parse_credentials(
        "Digest username=\"bob\", realm = \"bilo, xi\",\r\n  nonce=\"84a4\\\"cc\",uri=\"sip:bob@biloxi.com\", qop=auth, nc=00000001,  Response=\"\"");
    ASSERT_TRUE(value);
    EXPECT_EQ(value->scheme, "Digest");
    EXPECT_EQ(value->parameter("username"), "bob");
    EXPECT_EQ(value->parameter("realm"), "bilo, xi");
    EXPECT_EQ(value->parameter("nonce"), "84a4\\\"cc");
    EXPECT_EQ(value->parameter("NC"), "00000001");
    EXPECT_EQ(value->parameter("response"), "");
    EXPECT_EQ(value->parameter("opaque"), std::nullopt);
    EXPECT_EQ(parse_credentials("Basic dXNlcjpwYXNz==")->parameters, "dXNlcjpwYXNz==");
    EXPECT_EQ(parse_authentication_info("nextnonce=\"47\", qop=auth")->parameter("nextnonce"), "47");
}

TEST(Credentials, SayWhereTheyBreak) {
    using enum ErrorCode;
    const struct {
        const char* text;
        ErrorCode code;
        std::uint32_t offset;
    } cases[] = {
        {"", bad_credentials, 0},
        {"Digest", bad_credentials, 6},
        {"Digest ", bad_credentials, 7},
        {"Digest username", bad_parameter, 15},
        {"Digest a=\"b", unterminated_quote, 9},
        {"Digest a=\"b\" c=\"d\"", bad_parameter, 13},
        {"Digest a=b,", bad_parameter, 11},
        {"Digest a=b,,c=d", bad_parameter, 11},
    };
    for (const auto& c : cases) {
        const auto value = parse_credentials(c.text);
        ASSERT_FALSE(value) << c.text;
        EXPECT_EQ(describe(value.error().code).text, describe(c.code).text) << c.text;
        EXPECT_EQ(value.error().offset, c.offset) << c.text;
    }
}

}  // namespace
}  // namespace offhook::message
