#include "offhook/message/digest.hpp"

#include <gtest/gtest.h>

#include <string>

#include "offhook/message/verdict_test.hpp"

namespace offhook::message {
namespace {

using enum ErrorCode;

// RFC 7616 §3.9.1 and §3.9.2.
TEST(DigestChallenge, OfTheRfcsExamples) {
    const auto challenge = parse_digest_challenge(
        "Digest\r\n realm=\"http-auth@example.org\",\r\n qop=\"auth, auth-int\",\r\n algorithm=SHA-256,\r\n"
        " nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\",\r\n opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"");
    ASSERT_TRUE(challenge);
    EXPECT_EQ(challenge->realm, "http-auth@example.org");
    EXPECT_EQ(challenge->algorithm, "SHA-256");
    EXPECT_EQ(challenge->nonce, "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v");
    EXPECT_TRUE(challenge->offers("auth"));
    EXPECT_TRUE(challenge->offers("auth-int"));
    EXPECT_FALSE(challenge->stale || challenge->userhash);
    const auto hashed =
        parse_digest_challenge("digest realm=\"api@example.org\", qop=\"auth\", nonce=\"5TsQ\", charset=UTF-8, userhash=true, stale=TRUE");
    EXPECT_TRUE(hashed->userhash);
    EXPECT_TRUE(hashed->stale);
    EXPECT_EQ(hashed->charset, "UTF-8");
    EXPECT_FALSE(hashed->offers("auth-int"));
    EXPECT_EQ(hashed->algorithm, "");
    EXPECT_EQ(verdict(parse_digest_challenge("Basic realm=\"a\"")), refused(bad_credentials, 0));
    EXPECT_EQ(verdict(parse_digest_challenge("Digest realm=\"a\"")), refused(missing_parameter, 16));
    EXPECT_EQ(verdict(parse_digest_challenge("Digest realm=\"a\", nonce=\"\", userhash=1")), refused(bad_parameter_value, 37));
    EXPECT_EQ(verdict(parse_digest_challenge("Digest realm=\"a\", nonce=\"")), refused(unterminated_quote, 24));
}

// RFC 7616 §3.9.1, §3.9.2.
TEST(DigestCredentials, OfTheRfcsExamples) {
    const std::string_view text =
        "Digest username=\"Mufasa\", realm=\"http-auth@example.org\", uri=\"/dir/index.html\", algorithm=MD5,"
        " nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", nc=00000001, cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\","
        " qop=auth, response=\"8ca523f5e9506fed4657c9700eebdbec\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";
    const auto answer = parse_digest_credentials(text);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->username, "Mufasa");
    EXPECT_EQ(answer->uri, "/dir/index.html");
    EXPECT_EQ(answer->qop, "auth");
    EXPECT_EQ(answer->nc, "00000001");
    EXPECT_EQ(answer->count, 1u);
    EXPECT_EQ(answer->response, "8ca523f5e9506fed4657c9700eebdbec");
    EXPECT_FALSE(answer->userhash);
    const auto extended = parse_digest_credentials(
        "Digest username*=UTF-8''J%C3%A4s%C3%B8n%20Doe, realm=\"api@example.org\", uri=\"/doe.json\", algorithm=SHA-512-256, nonce=\"5TsQ\","
        " nc=00000001, cnonce=\"NTg6\", qop=auth, response=\"ae66\", opaque=\"HRPC\", userhash=false");
    ASSERT_TRUE(extended);
    EXPECT_EQ(extended->username_star, "UTF-8''J%C3%A4s%C3%B8n%20Doe");
    EXPECT_EQ(extended->algorithm, "SHA-512-256");
}

TEST(DigestCredentials, SayWhereTheyBreak) {
    const std::string rest = "realm=\"r\", nonce=\"n\", uri=\"sip:a\", response=\"0\"";
    const auto verdict_of = [&](const std::string& more) { return verdict(parse_digest_credentials("Digest " + rest + more)); };
    EXPECT_EQ(verdict_of(", username=\"u\""), "accepted");
    EXPECT_EQ(verdict_of(""), refused(missing_parameter, 7 + rest.size()));
    EXPECT_EQ(verdict_of(", username=\"u\", qop=auth"), refused(missing_parameter, 7 + rest.size() + 24));
    EXPECT_EQ(verdict_of(", username=\"u\", nc=1"), refused(bad_parameter_value, 7 + rest.size() + 19));
    EXPECT_EQ(verdict_of(", username=\"u\", userhash=maybe"), refused(bad_parameter_value, 7 + rest.size() + 25));
    EXPECT_EQ(verdict_of(", username=\"u\", username*=v"), refused(repeated_parameter, 7 + rest.size() + 26));
    EXPECT_EQ(verdict(parse_digest_credentials("Basic dTpw")), refused(bad_credentials, 0));
    // The reader that authenticates takes what there is.
    EXPECT_EQ(read_digest_credentials(*parse_credentials("Digest nc=0000000g, nonce=\"a\", nonce=\"b\""))->nonce, "a");
    EXPECT_EQ(read_digest_credentials(*parse_credentials("Digest nc=0000000g"))->count, 0u);
    EXPECT_EQ(read_digest_credentials(*parse_credentials("Digest nc=000000fF"))->count, 255u);
    EXPECT_FALSE(read_digest_credentials(*parse_credentials("Basic dTpw")));
}

// RFC 7616 §3.5, with the example of RFC 3261 §20.6.
TEST(AuthenticationInfo, IsReadByName) {
    const auto info = read_authentication_info(*parse_authentication_info("nextnonce=\"47364c23432d2e131a5fb210812c\""));
    EXPECT_EQ(info.nextnonce, "47364c23432d2e131a5fb210812c");
    EXPECT_EQ(info.rspauth, "");
    EXPECT_EQ(read_authentication_info(*parse_authentication_info("rspauth=\"6f\", qop=auth, nc=00000001, cnonce=\"0a\"")).rspauth, "6f");
}

// RFC 8898 §4.
TEST(Bearer, ReadsChallengesAndTokens) {
    const auto challenge = parse_bearer_challenge("Bearer realm=\"example.com\", authz_server=\"https://as.example.com\", scope=\"sip\", error=\"invalid_token\"");
    ASSERT_TRUE(challenge);
    EXPECT_EQ(challenge->realm, "example.com");
    EXPECT_EQ(challenge->authz_server, "https://as.example.com");
    EXPECT_EQ(challenge->scope, "sip");
    EXPECT_EQ(challenge->error, "invalid_token");
    EXPECT_EQ(verdict(parse_bearer_challenge("Digest realm=\"a\"")), refused(bad_credentials, 0));
    EXPECT_EQ(verdict(parse_bearer_challenge("Bearer authz_server=\"http://as.example.com\"")), refused(bad_parameter_value, 21));
    EXPECT_EQ(bearer_token(*parse_credentials("Bearer mF_9.B5f-4.1JqM==")), "mF_9.B5f-4.1JqM==");
    EXPECT_EQ(bearer_token(*parse_credentials("Basic dTpw")), std::nullopt);
}

}  // namespace
}  // namespace offhook::message
