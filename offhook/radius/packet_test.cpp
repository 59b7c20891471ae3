// Attributes and packets: what is read, what is written, what makes them genuine; the packets of the RFCs.
#include "offhook/radius/packet.hpp"

#include <gtest/gtest.h>

#include "offhook/radius/server_test.hpp"
#include "offhook/radius/vectors_test.hpp"

namespace offhook::radius {
namespace {

using namespace test;

constexpr std::string_view secret = "xyzzy5461";

TEST(RadiusAttributes, AreReadAsTheyWereWritten) {
    const std::string written = attributes(std::move(AttributeWriter()
                                                         .add(Type::user_name, "nemo")
                                                         .add_nas_address(*IpAddress::parse("192.0.2.38"))
                                                         .add_nas_address(*IpAddress::parse("2001:db8::1"))
                                                         .add(Type::acct_session_time, 0x01020304u)
                                                         .add(Type::nas_identifier, "")
                                                         .add_vendor(32'473, 7, "text")));
    EXPECT_EQ(find(written, Type::user_name), "nemo");
    EXPECT_EQ(find(written, Type::nas_ip_address), std::string_view("\xc0\0\2\x26", 4));
    EXPECT_EQ(find(written, Type::nas_ipv6_address)->size(), 16u);
    EXPECT_EQ(find_number(written, Type::acct_session_time), 0x01020304u);
    EXPECT_FALSE(find(written, Type::nas_identifier)) << "RFC 2865 §5: an attribute of no octets is not sent";
    EXPECT_EQ(find_vendor(written, 32'473, 7), "text");
    EXPECT_FALSE(find_vendor(written, 32'473, 8));
    EXPECT_FALSE(find_vendor(written, 9, 7));
    EXPECT_TRUE(AttributeReader::whole(written));
}

TEST(RadiusAttributes, OfOthersAreFoundWhereTheyAre) {
    const std::string odd = octets_of(
        "1a03ff"
        "1a0600007ed9"
        "1a0a00007ed907ff0102"
        "3003aa"
        "0102");
    EXPECT_TRUE(AttributeReader::whole(odd));
    EXPECT_FALSE(find_vendor(odd, 32'473, 7)) << "its length points out of the attribute";
    EXPECT_FALSE(find_number(odd, static_cast<Type>(0x30))) << "not of four octets";
    EXPECT_EQ(find(odd, Type::user_name), "");
}

TEST(RadiusAttributes, HaveLimits) {
    EXPECT_EQ(attributes(std::move(AttributeWriter().add(Type::user_name, std::string(253, 'a')))).size(), 255u);
    const auto too_long = AttributeWriter().add(Type::user_name, std::string(254, 'a')).add(Type::nas_identifier, "x").take();
    ASSERT_FALSE(too_long);
    EXPECT_EQ(too_long.error(), (AttributeError{AttributeError::Code::value_too_long, Type::user_name, 254}));
    EXPECT_EQ(too_long.error().text(), "RADIUS attribute 1 has a value of 254 octets; at most 253 can be sent");
    EXPECT_FALSE(AttributeWriter().add_vendor(1, 1, std::string(248, 'a')).take());
    EXPECT_TRUE(AttributeWriter().add_vendor(1, 1, std::string(247, 'a')).take());

    AttributeWriter many;
    for (int i = 0; i < 16; ++i) many.add(Type::reply_message, std::string(252, 'a'));  // 16 * 254 = 4064; 4058 fit
    const auto too_many = many.take();
    ASSERT_FALSE(too_many);
    EXPECT_EQ(too_many.error().code, AttributeError::Code::packet_too_long);
    EXPECT_EQ(too_many.error().text(), "RADIUS attribute 18 makes attributes of 4064 octets; at most 4058 can be sent");
}

TEST(RadiusPacket, IsNoLongerThanItSays) {
    std::string octets = octets_of(packet_vectors[1].octets);
    EXPECT_EQ(read_packet(octets + "padding")->octets, octets) << "RFC 2865 §3: what follows is padding";
    octets[3] = 19;
    EXPECT_EQ(read_packet(octets).error(), PacketError::bad_length);
    octets[2] = 0x10, octets[3] = 1;
    EXPECT_EQ(read_packet(octets + std::string(4097, '\0')).error(), PacketError::bad_length);
    octets[0] = 12, octets[2] = 0, octets[3] = 20;
    EXPECT_EQ(read_packet(octets).error(), PacketError::unknown_code);
}

// As under FIPS: an answer of zeros must not count as one with zeros for its digests.
TEST(RadiusSeal, TakesNothingForGenuineWithoutMd5) {
    Sealer with;
    EXPECT_TRUE(with.available());
    ASSERT_EQ(EVP_set_default_properties(nullptr, "fips=yes"), 1);
    Sealer without;
    const bool available = without.available();
    std::string octets;
    without.write_answer(octets, Code::access_accept, 1, std::string(16, '\0'), {}, "secret");
    const auto genuine = without.check(read_packet(octets).value(), std::string(16, '\0'), "secret");
    ASSERT_EQ(EVP_set_default_properties(nullptr, ""), 1);
    EXPECT_FALSE(available);
    EXPECT_EQ(genuine, std::unexpected(PacketError::wrong_authenticator));
}

TEST(RadiusSeal, MakesRequestsThatAServerTakesForGenuine) {
    Sealer sealer;
    ASSERT_TRUE(sealer.available());
    std::string packet;
    sealer.write_access_request(packet, 7, Authenticator{1, 2, 3}, user("nemo"), secret);
    EXPECT_TRUE(genuine_request(packet, secret));
    EXPECT_FALSE(genuine_request(packet, "other"));
    EXPECT_EQ(packet[packet_head], 80) << "the Message-Authenticator comes first";
    sealer.write_accounting_request(packet, 8, user("nemo"), secret);
    EXPECT_TRUE(genuine_request(packet, secret));
    EXPECT_FALSE(genuine_request(packet, "other"));
}

TEST(RadiusSeal, KnowsWhoAnswered) {
    Sealer sealer;
    std::string request;
    sealer.write_access_request(request, 7, Authenticator{1, 2, 3}, user("nemo"), secret);
    const std::string asked(read_packet(request)->authenticator());
    const auto check = [&](const std::string& octets) { return sealer.check(read_packet(octets).value(), asked, secret); };
    const std::string good = answer(request, secret, Code::access_accept, user("nemo"));
    EXPECT_TRUE(check(good));
    EXPECT_EQ(check(answer(request, "other", Code::access_accept)).error(), PacketError::wrong_authenticator);

    // Somebody who knows the secret, but whose Message-Authenticator is wrong, missing or there twice.
    const auto sealed = [&](std::string_view attributes) {
        std::string octets = "\x02\x07" + std::string(2, '\0') + asked + std::string(attributes);
        octets[3] = static_cast<char>(octets.size());
        return octets.replace(4, 16, md5(octets + std::string(secret)));
    };
    EXPECT_EQ(check(sealed(user("nemo"))).error(), PacketError::no_message_authenticator);
    EXPECT_EQ(check(sealed("\x50\x12" + std::string(16, 'x'))).error(), PacketError::wrong_message_authenticator);
    EXPECT_EQ(check(sealed("\x50\x03x")).error(), PacketError::no_message_authenticator);
    const std::string twice = good.substr(packet_head, 18) + good.substr(packet_head, 18);
    EXPECT_EQ(check(sealed(twice)).error(), PacketError::no_message_authenticator);
}

TEST(RadiusSeal, OfAccountingHasNoMessageAuthenticator) {
    Sealer sealer;
    std::string request;
    sealer.write_accounting_request(request, 9, user("nemo"), secret);
    const std::string octets = answer(request, secret, Code::accounting_response);
    EXPECT_EQ(octets.size(), packet_head);
    EXPECT_TRUE(sealer.check(*read_packet(octets), read_packet(request)->authenticator(), secret));
    EXPECT_FALSE(sealer.check(*read_packet(octets), read_packet(request)->authenticator(), "other"));
}

class RadiusPacketVectors : public ::testing::TestWithParam<PacketVector> {};

TEST_P(RadiusPacketVectors, AreReadAndGenuine) {
    const PacketVector& vector = GetParam();
    const std::string octets = octets_of(vector.octets);
    const auto packet = read_packet(octets);
    ASSERT_TRUE(packet);
    EXPECT_EQ(static_cast<unsigned>(packet->code), vector.code);
    EXPECT_EQ(packet->identifier, vector.identifier);
    EXPECT_EQ(packet->octets, octets);
    const std::string request = octets_of(vector.request_authenticator);
    if (request.empty()) {
        EXPECT_EQ(genuine_request(octets, vector.secret), vector.message_authenticator);
        return;
    }
    const auto checked = Sealer().check(*packet, request, vector.secret);
    if (vector.message_authenticator)
        EXPECT_TRUE(checked);
    else
        EXPECT_EQ(checked.error(), PacketError::no_message_authenticator) << "its Response Authenticator is right, and not enough";
    EXPECT_EQ(Sealer().check(*packet, request, "not the secret").error(), PacketError::wrong_authenticator);
}

INSTANTIATE_TEST_SUITE_P(OfTheRfcs, RadiusPacketVectors, ::testing::ValuesIn(packet_vectors),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace offhook::radius
