// Packets cut, stretched and changed in every place: nothing is read beyond them, and nothing but the genuine one passes.
#include <gtest/gtest.h>

#include <random>

#include "offhook/radius/digest.hpp"
#include "offhook/radius/server_test.hpp"
#include "offhook/radius/vectors_test.hpp"

namespace offhook::radius {
namespace {

using namespace test;

class RadiusHostile : public ::testing::TestWithParam<PacketVector> {
protected:
    Sealer sealer_;
    const std::string octets_ = octets_of(GetParam().octets), request_ = octets_of(GetParam().request_authenticator);

    bool passes(std::string_view octets) {
        // In memory of its own size, so that a sanitizer sees what reads past its end.
        const std::vector<char> exact(octets.begin(), octets.end());
        const auto packet = read_packet({exact.data(), exact.size()});
        if (!packet) return false;
        for (const auto style : {DigestStyle::freeradius, DigestStyle::rfc5090}) std::ignore = read_digest(packet->attributes(), style);
        std::ignore = read_digest_challenge(packet->attributes());
        std::ignore = find_vendor(packet->attributes(), 9, 1);
        return !request_.empty() && sealer_.check(*packet, request_, GetParam().secret).has_value();
    }
};

TEST_P(RadiusHostile, PiecesAreNoPackets) {
    for (std::size_t size = 0; size < octets_.size(); ++size) {
        EXPECT_FALSE(passes(octets_.substr(0, size))) << size;
        std::string shorter = octets_.substr(0, size);  // and the header says so
        if (size < packet_head) continue;
        shorter[2] = 0, shorter[3] = static_cast<char>(size);
        EXPECT_FALSE(passes(shorter)) << size;
    }
}

TEST_P(RadiusHostile, NoOctetCanBeChanged) {
    for (std::size_t i = 0; i < octets_.size(); ++i)
        for (const int value : {0, 1, 2, 3, 17, 19, 20, 80, 127, 128, 253, 254, 255}) {
            std::string changed = octets_;
            changed[i] = static_cast<char>(value);
            EXPECT_TRUE(changed == octets_ || !passes(changed)) << "octet " << i << " as " << value;
        }
}

INSTANTIATE_TEST_SUITE_P(OfTheRfcs, RadiusHostile, ::testing::ValuesIn(packet_vectors),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(RadiusHostileAttributes, OfRandomOctetsEndWhereTheyEnd) {
    std::mt19937 random(5);
    for (int round = 0; round < 20'000; ++round) {
        std::vector<char> octets(random() % 40);
        for (char& c : octets) c = static_cast<char>(random() % 3 == 0 ? random() & 0xff : random() % 8);
        const std::string_view all(octets.data(), octets.size());
        AttributeReader reader(all);
        std::size_t size = 0;
        while (const auto one = reader.next()) size += attribute_head + one->value.size();
        EXPECT_LE(size, all.size());
        EXPECT_EQ(AttributeReader::whole(all), size == all.size());
    }
}

TEST(RadiusHostileAttributes, OfAnyTextAreReadAsTheyWereWritten) {
    std::mt19937 random(6);
    for (int round = 0; round < 2'000; ++round) {
        AttributeWriter out;
        std::vector<std::pair<Type, std::string>> expected;
        for (std::size_t n = random() % 12; n > 0; --n) {
            std::string value(1 + random() % longest_value, '\0');
            for (char& c : value) c = static_cast<char>(random() & 0xff);
            expected.emplace_back(static_cast<Type>(random() % 256), value);
            out.add(expected.back().first, value);
        }
        const std::string written = out.take().value();
        AttributeReader reader(written);
        for (const auto& [type, value] : expected) {
            const auto one = reader.next();
            ASSERT_TRUE(one);
            EXPECT_EQ(one->type, type);
            EXPECT_EQ(one->value, value);
        }
        EXPECT_FALSE(reader.next());
    }
}

}  // namespace
}  // namespace offhook::radius
