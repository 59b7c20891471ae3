#include "offhook/message/security_agreement.hpp"

#include <gtest/gtest.h>

#include <string>

#include "offhook/message/typed.hpp"

namespace offhook::message {
namespace {

using Kind = SecurityMechanism::Kind;

// RFC 3329 §2.2 and the exchange of §4.1.
TEST(SecurityMechanism, HasItsPreference) {
    const struct {
        const char *text, *name;
        Kind kind;
        std::uint32_t q;
    } cases[] = {{"tls;q=0.2", "tls", Kind::tls, 200},
                 {"ipsec-ike;q=0.1", "ipsec-ike", Kind::ipsec_ike, 100},
                 {"ipsec-man ; Q=1.000", "ipsec-man", Kind::ipsec_man, 1000},
                 {"ipsec-3gpp;alg=hmac-md5-96;q=0.001;spi-c=1234", "ipsec-3gpp", Kind::other, 1}};
    for (const auto& c : cases) {
        const auto mechanism = parse_security_mechanism(c.text);
        ASSERT_TRUE(mechanism) << c.text;
        EXPECT_EQ(mechanism->value, c.name);
        EXPECT_EQ(mechanism->kind, c.kind) << c.text;
        EXPECT_EQ(mechanism->q, c.q) << c.text;
    }
    EXPECT_FALSE(parse_security_mechanism("digest")->q);
}

TEST(SecurityMechanism, IsReadAsItWasWritten) {
    const std::string text = "digest;q=0.25;d-alg=SHA-256;d-qop=auth;d-ver=\"0000000000000000000000000000a0f1\"";
    const auto mechanism = parse_security_mechanism(text);
    ASSERT_TRUE(mechanism);
    EXPECT_EQ(mechanism->kind, Kind::digest);
    EXPECT_EQ(mechanism->algorithm, "SHA-256");
    EXPECT_EQ(mechanism->qop, "auth");
    EXPECT_EQ(mechanism->verify, "0000000000000000000000000000a0f1");
    std::string written;
    append_security_mechanism(written, *mechanism);
    EXPECT_EQ(written, text);
}

TEST(SecurityMechanism, SaysWhereItBreaks) {
    using enum ErrorCode;
    const struct {
        const char* text;
        ErrorCode code;
        std::uint32_t offset;
    } cases[] = {{"", bad_token, 0},
                 {"tls q=1", trailing_bytes, 4},
                 {"tls;q=2", bad_number, 6},
                 {"tls;q=0.x", bad_number, 8},
                 {"tls;q", bad_number, 5},
                 {"digest;d-ver=\"abc\"", bad_hexadecimal, 17},
                 {"digest;d-ver=\"A000000000000000000000000000a0f1\"", bad_hexadecimal, 14},
                 {"digest;d-ver=\"0000000000000000000000000000a0f12\"", bad_hexadecimal, 46}};
    for (const auto& c : cases) EXPECT_EQ(check_value(HeaderId::security_verify, c.text).error(), (ParseError{c.code, c.offset})) << c.text;
}

}  // namespace
}  // namespace offhook::message
