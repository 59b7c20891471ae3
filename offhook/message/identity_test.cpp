#include "offhook/message/identity.hpp"

#include <gtest/gtest.h>

#include <string>

#include "offhook/message/typed.hpp"
#include "offhook/message/verdict_test.hpp"

namespace offhook::message {
namespace {

const std::string signature = "rq3pjT1hoRwakEGjHCnWSwUnshd0-zJ6F1VOgFWSjHBr8Qjpjlk-cpFYpFYsojNCpTzO3QfPOlckGaS6hEck7w";

// RFC 8224 §4.1.1: the full and the compact form of its example.
TEST(Identity, HoldsAPassportAndItsInfo) {
    const std::string full =
        "eyJhbGciOiJFUzI1NiIsInR5cCI6InBhc3Nwb3J0IiwieDV1IjoiaHR0cHM6Ly9jZXJ0LmV4YW1wbGUub3JnL3Bhc3Nwb3J0LmNlciJ9."
        "eyJkZXN0Ijp7InVyaSI6WyJzaXA6YWxpY2VAZXhhbXBsZS5jb20iXX0sImlhdCI6IjE0NDMyMDgzNDUiLCJvcmlnIjp7InRuIjoiMTIxNTU1NTEyMTIifX0." +
        signature;
    const std::string text = full + ";info=<https://biloxi.example.org/biloxi.cert>";
    const auto identity = parse_identity(text);
    ASSERT_TRUE(identity);
    EXPECT_EQ(identity->passport, full);
    EXPECT_EQ(identity->info, "https://biloxi.example.org/biloxi.cert");
    EXPECT_EQ(identity->algorithm, "");
    EXPECT_FALSE(identity->compact());

    const std::string compact = ".." + signature + ";\r\n info=<https://biloxi.example.org/biloxi.cert>";
    EXPECT_TRUE(parse_identity(compact)->compact());
}

// RFC 8946 §4: several of them, each in a field of its own.
TEST(Identity, StandsMoreThanOnceAndInCompactForm) {
    Message message;
    const std::string text =
        "INVITE sip:h SIP/2.0\r\nIdentity: ..a;info=<https://a>;ppt=\"div\"\r\ny: ..b;info=<https://b;x?y>;alg=ES256;ppt=shaken\r\n\r\n";
    ASSERT_TRUE(message.index(text));
    TypedReader<HeaderId::identity> identities(message);
    const auto first = identities.next(), second = identities.next();
    ASSERT_TRUE(first && *first && second && *second);
    EXPECT_EQ((*first)->type, "div");
    EXPECT_EQ((*second)->info, "https://b;x?y");
    EXPECT_EQ((*second)->algorithm, "ES256");
    EXPECT_EQ((*second)->type, "shaken");
}

TEST(Identity, IsReadAsItWasWritten) {
    const std::string text = ".." + signature + ";info=<https://cert.example.org/passport.cer>;alg=ES256;ppt=rph";
    std::string written;
    append_identity(written, parse_identity(text).value());
    EXPECT_EQ(written, text);
}

TEST(Identity, SaysWhereItBreaks) {
    using enum ErrorCode;
    expect_broken({
        {HeaderId::identity, "", bad_identity, 0},
        {HeaderId::identity, "\"rfc4474=\"", bad_identity, 0},
        {HeaderId::identity, "..a", bad_identity, 3},
        {HeaderId::identity, "..a;alg=ES256", bad_identity, 13},
        {HeaderId::identity, "..a;info=https://a", bad_identity, 9},
        {HeaderId::identity, "..a;info=<https://a", unterminated_angle, 9},
        {HeaderId::identity, "..a;info=<>", bad_uri, 10},
        {HeaderId::identity, "..a=;info=<https://a>", bad_identity, 3},
        {HeaderId::identity, "..a;info=<https://a>;;", bad_parameter, 21},
        {HeaderId::identity_info, "https://a", bad_name_addr, 0},
    });
}

}  // namespace
}  // namespace offhook::message
