// Digest attributes of both styles, written and read; the attributes of a call's records.
#include "offhook/radius/digest.hpp"

#include <gtest/gtest.h>

#include "offhook/radius/accounting.hpp"
#include "offhook/radius/server_test.hpp"
#include "offhook/radius/vectors_test.hpp"

namespace offhook::radius {
namespace {

using namespace test;

const DigestFields example{.user = "12345678",
                           .username = "12345678",
                           .realm = "example.com",
                           .nonce = "3bada1a0",
                           .uri = "sip:97226491335@example.com",
                           .method = "INVITE",
                           .qop = "auth",
                           .algorithm = "MD5",
                           .cnonce = "56593a80",
                           .nc = "00000001",
                           .response = "756933f735fcd93f90a4bbdd5467f263",
                           .address_of_record = "sip:12345678@example.com"};

std::string attributes_of(std::string_view name) {
    for (const PacketVector& vector : packet_vectors)
        if (vector.name == name) return octets_of(vector.octets).substr(packet_head);
    throw std::runtime_error("no such vector");
}

void expect_same(const DigestFields& a, const DigestFields& b) {
    for (const auto field : {&DigestFields::user, &DigestFields::username, &DigestFields::realm, &DigestFields::nonce, &DigestFields::uri,
                             &DigestFields::method, &DigestFields::qop, &DigestFields::algorithm, &DigestFields::cnonce, &DigestFields::nc,
                             &DigestFields::opaque, &DigestFields::response, &DigestFields::address_of_record})
        EXPECT_EQ(a.*field, b.*field);
}

TEST(RadiusDigest, IsWrittenAsRfc5090PrintsIt) {
    AttributeWriter out;
    append_digest(out, DigestStyle::rfc5090, example);
    // Before it NAS-IP-Address and NAS-Port, after it the Message-Authenticator.
    const std::string printed = attributes_of("rfc5090_6_ex1_Access_Request_with_response");
    EXPECT_EQ(to_hex(out.take().value()), to_hex(printed.substr(12, printed.size() - 12 - 18)));
    expect_same(read_digest(printed, DigestStyle::rfc5090), example);
}

TEST(RadiusDigest, AsksForANonceWithoutAResponse) {
    const std::string printed = attributes_of("rfc5090_6_ex1_Access_Request_without_response");
    AttributeWriter out;
    append_digest(out, DigestStyle::rfc5090, {.user = "12345678", .uri = "sip:97226491335@example.com", .method = "INVITE"});
    EXPECT_EQ(to_hex(out.take().value()), to_hex(printed.substr(12, printed.size() - 12 - 18)));
}

TEST(RadiusDigest, OfAChallengeIsRead) {
    const std::string printed = attributes_of("rfc5090_6_ex1_Access_Challenge");
    const auto challenge = read_digest_challenge(printed);
    ASSERT_TRUE(challenge);
    EXPECT_EQ(challenge->nonce, "3bada1a0");
    EXPECT_EQ(challenge->realm, "example.com");
    EXPECT_EQ(challenge->qops, std::vector<std::string_view>{"auth"});
    EXPECT_EQ(challenge->algorithm, "MD5");
    EXPECT_FALSE(challenge->stale);
    EXPECT_FALSE(read_digest_challenge(attributes_of("rfc5090_6_ex1_Access_Accept"))) << "no nonce, no realm";

    DigestChallenge stale{.realm = "r", .nonce = "n", .opaque = "o", .domain = "d", .qops = {"auth", "auth-int"}, .algorithm = {}, .stale = true};
    AttributeWriter out;
    append_digest_challenge(out, stale);
    const std::string written = out.take().value();
    const auto read = read_digest_challenge(written);
    ASSERT_TRUE(read);
    EXPECT_TRUE(read->stale);
    EXPECT_EQ(read->qops, stale.qops);
    EXPECT_EQ(read->opaque, "o");
    EXPECT_EQ(read->domain, "d");
}

TEST(RadiusDigest, GoesIntoSubAttributesForFreeRadius) {
    AttributeWriter out;
    append_digest(out, DigestStyle::freeradius, example);
    const std::string written = out.take().value();
    EXPECT_EQ(find(written, Type::sterman_response), example.response);
    EXPECT_EQ(find(written, Type::sterman_attributes), "\x03\x08INVITE") << "type, length of all, text";
    EXPECT_FALSE(find(written, Type::digest_response));
    DigestFields expected = example;
    expected.address_of_record = {};  // the draft has none
    expect_same(read_digest(written, DigestStyle::freeradius), expected);
}

TEST(RadiusDigest, ThatDoesNotFitIsAnError) {
    for (const auto& [style, limit] : {std::pair(DigestStyle::freeradius, 251u), std::pair(DigestStyle::rfc5090, 253u)})
        for (const unsigned size : {limit, limit + 1, 254u, 255u, 300u, 512u}) {
            const std::string uri(size, 'u');
            AttributeWriter out;
            append_digest(out, style, {.user = "a", .uri = uri});
            const auto written = out.take();
            ASSERT_EQ(written.has_value(), size <= limit) << size;
            if (written) {
                EXPECT_EQ(read_digest(*written, style).uri, uri);
            }
        }
}

TEST(RadiusDigest, BrokenSubAttributesCountAsAbsent) {
    for (const char* broken : {"cf03"
                               "01",
                               "cf04"
                               "0101",
                               "cf04"
                               "0105",
                               "cf06"
                               "04050101" /* 5 of 4 */,
                               "cf07"
                               "0403750105"})
        EXPECT_TRUE(read_digest(octets_of(broken), DigestStyle::freeradius).uri.empty()) << broken;
    EXPECT_EQ(read_digest(octets_of("cf05"
                                    "040375"),
                          DigestStyle::freeradius)
                  .uri,
              "u");
}

TEST(RadiusAccounting, SaysWhatACallWas) {
    AttributeWriter out;
    append_accounting(out, {.status = AcctStatus::stop,
                            .session_id = "1-2",
                            .user = "alice@example.com",
                            .calling = "sip:alice@example.com",
                            .called = "sip:bob@example.com",
                            .happened = UtcTime(std::chrono::milliseconds(1'800'000'000'999)),
                            .duration = std::chrono::seconds(65),
                            .cause = TerminateCause::user_request});
    const std::string written = out.take().value();
    EXPECT_EQ(find_number(written, Type::acct_status_type), 2u);
    EXPECT_EQ(find(written, Type::acct_session_id), "1-2");
    EXPECT_EQ(find(written, Type::user_name), "alice@example.com");
    EXPECT_EQ(find(written, Type::calling_station_id), "sip:alice@example.com");
    EXPECT_EQ(find(written, Type::called_station_id), "sip:bob@example.com");
    EXPECT_EQ(find_number(written, Type::event_timestamp), 1'800'000'000u);
    EXPECT_EQ(find_number(written, Type::acct_session_time), 65u);
    EXPECT_EQ(find_number(written, Type::acct_terminate_cause), 1u);
}

TEST(RadiusAccounting, OfAStartHasNoDuration) {
    AttributeWriter out;
    append_accounting(out, {.status = AcctStatus::start, .session_id = "1-2"});
    const std::string written = out.take().value();
    EXPECT_FALSE(find(written, Type::acct_session_time));
    EXPECT_FALSE(find(written, Type::acct_terminate_cause));
    EXPECT_FALSE(find(written, Type::user_name));
}

}  // namespace
}  // namespace offhook::radius
