#include "offhook/auth/hash.hpp"

#include <gtest/gtest.h>

#include "offhook/auth/digest_vectors_test.hpp"

namespace offhook::auth {
namespace {

class DigestVectors : public ::testing::TestWithParam<DigestVector> {};

TEST_P(DigestVectors, AreComputed) {
    const DigestVector& v = GetParam();
    Hasher hasher;
    HexDigest hex, session, body;
    std::string secret = ha1(hasher, v.algorithm, v.username, v.realm, v.password);
    if (v.session) secret = std::string(session_ha1(hasher, v.algorithm, secret, v.nonce, v.cnonce, session));
    EXPECT_EQ(secret, v.ha1);
    const std::string_view body_hash = hasher.joined(v.algorithm, {v.body}, body);
    EXPECT_EQ(digest_response(hasher, {v.algorithm, secret, v.method, v.uri, v.nonce, v.qop, v.nc, v.cnonce, body_hash}, hex), v.response);
}

INSTANTIATE_TEST_SUITE_P(OfTheRfcs, DigestVectors, ::testing::ValuesIn(digest_vectors), [](const auto& test) {
    std::string name = test.param.id;
    for (char& c : name)
        if (!is_digit(c) && !is_alpha(c)) c = '_';
    return name;
});

// RFC 8760 §2.6 item 7 prints the SHA-256 of the empty body.
TEST(Hasher, KnowsTheHashOfNothing) {
    Hasher hasher;
    HexDigest hex;
    EXPECT_EQ(hasher.joined(Algorithm::md5, {""}, hex), "d41d8cd98f00b204e9800998ecf8427e");
    EXPECT_EQ(hasher.joined(Algorithm::sha256, {""}, hex), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(hasher.joined(Algorithm::sha512_256, {""}, hex), "c672b8d1ef56ed28ab87c3622c5114069bdd3ad7b8f9737498d0c01ecef0967a");
}

TEST(Hasher, MakesBothNamesOfAUser) {
    Hasher hasher;
    const HashedPassword hashed = hash_password(hasher, Algorithm::md5, "bob", "biloxi.com", "biloxi.com", "zanzibar");
    EXPECT_EQ(hashed.plain_name, "12af60467a33e8518da5c68bbff12b11");
    EXPECT_EQ(hashed.full_name, ha1(hasher, Algorithm::md5, "bob@biloxi.com", "biloxi.com", "zanzibar"));
    EXPECT_NE(hashed.plain_name, hashed.full_name);
}

TEST(Algorithms, AreNamedInAnyCaseButNeverForSessions) {
    EXPECT_EQ(algorithm_of("sha-256"), Algorithm::sha256);
    EXPECT_EQ(algorithm_of("SHA-512-256"), Algorithm::sha512_256);
    EXPECT_EQ(algorithm_of("md5"), Algorithm::md5);
    EXPECT_FALSE(algorithm_of("MD5-sess"));
    EXPECT_FALSE(algorithm_of("AKAv1-MD5"));
}

TEST(ConstantTime, ComparesSizeAndContent) {
    EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
    EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
    EXPECT_FALSE(equal_in_constant_time("abc", "abcd"));
}

}  // namespace
}  // namespace offhook::auth
