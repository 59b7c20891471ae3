#include "offhook/base/address.hpp"

#include <gtest/gtest.h>

#include <unordered_set>

namespace offhook {
namespace {

TEST(IpAddress, ParsesBothFamiliesAndWritesTheShortForm) {
    const std::pair<const char*, const char*> good[] = {
        {"192.0.2.1", "192.0.2.1"},       {"0.0.0.0", "0.0.0.0"}, {"2001:DB8:0:0::1", "2001:db8::1"},
        {"[2001:db8::1]", "2001:db8::1"}, {"::", "::"},           {"::ffff:192.0.2.1", "::ffff:192.0.2.1"}};
    for (const auto& [text, expected] : good) {
        const auto a = IpAddress::parse(text);
        ASSERT_TRUE(a) << text;
        EXPECT_EQ(a->text(), expected);
    }
    for (const std::string_view bad :
         {std::string_view(""), std::string_view("example.com"), std::string_view("1.2.3"), std::string_view("1.2.3.256"),
          std::string_view("01.2.3.4"), std::string_view("[1.2.3.4]"), std::string_view("[::1"), std::string_view("::1]"),
          std::string_view("fe80::1%eth0"), std::string_view(" 1.2.3.4"), std::string_view("1.2.3.4\0", 8), std::string_view("1:2:3:4:5:6:7:8:9"),
          std::string_view("[]"), std::string_view("1.2.3.4:5060")})
        EXPECT_FALSE(IpAddress::parse(bad)) << bad;
}

TEST(IpAddress, FamiliesNeverCompareEqual) {
    EXPECT_NE(*IpAddress::parse("0.0.0.0"), *IpAddress::parse("::"));
    EXPECT_NE(*IpAddress::parse("192.0.2.1"), *IpAddress::parse("::ffff:192.0.2.1"));
    EXPECT_EQ(IpAddress::v4({192, 0, 2, 1}), *IpAddress::parse("192.0.2.1"));
    EXPECT_LT(*IpAddress::parse("10.0.0.1"), *IpAddress::parse("10.0.0.2"));
}

TEST(IpAddress, StandsInBracketsInAUri) {
    EXPECT_EQ(IpAddress::parse("::1")->uri_host(), "[::1]");
    EXPECT_EQ(IpAddress::parse("192.0.2.1")->uri_host(), "192.0.2.1");
}

TEST(IpAddress, KnowsItsKind) {
    for (const char* text : {"10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "169.254.1.1", "fc00::1", "fdff::1", "fe80::1"})
        EXPECT_TRUE(IpAddress::parse(text)->is_private()) << text;
    for (const char* text : {"11.0.0.1", "172.15.0.1", "172.32.0.1", "192.169.1.1", "100.128.0.1", "2001:db8::1", "fec0::1", "127.0.0.1"})
        EXPECT_FALSE(IpAddress::parse(text)->is_private()) << text;
    for (const char* text : {"127.0.0.1", "127.255.0.1", "::1"}) EXPECT_TRUE(IpAddress::parse(text)->is_loopback()) << text;
    for (const char* text : {"128.0.0.1", "::2", "::", "7f00::1"}) EXPECT_FALSE(IpAddress::parse(text)->is_loopback()) << text;
    for (const char* text : {"224.0.1.75", "239.255.255.255", "ff02::1"}) EXPECT_TRUE(IpAddress::parse(text)->is_multicast()) << text;
    EXPECT_FALSE(IpAddress::parse("240.0.0.1")->is_multicast());
    EXPECT_TRUE(IpAddress::parse("::")->is_unspecified() && IpAddress::parse("0.0.0.0")->is_unspecified());
}

TEST(Endpoint, ParsesAndWrites) {
    for (const char* text : {"192.0.2.1:5060", "[2001:db8::1]:65535", "0.0.0.0:0"}) {
        const auto e = Endpoint::parse(text);
        ASSERT_TRUE(e) << text;
        EXPECT_EQ(e->text(), text);
    }
    for (const char* bad :
         {"", ":", ":5060", "192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:x", "::1:5060", "[::1]", "host:5060", "[::1]x:5060"})
        EXPECT_FALSE(Endpoint::parse(bad)) << bad;
}

TEST(Endpoint, HashesApart) {
    std::unordered_set<std::size_t> hashes;
    for (std::uint8_t host = 0; host < 50; ++host)
        for (std::uint16_t port = 5060; port < 5160; ++port) hashes.insert(EndpointHash{}({IpAddress::v4({10, 0, 0, host}), port}));
    EXPECT_EQ(hashes.size(), 5000u);
}

TEST(Network, ContainsItsAddressesToTheBit) {
    struct {
        const char* network;
        const char* inside;
        const char* outside;
    } const cases[] = {{"10.0.0.0/8", "10.255.255.255", "11.0.0.0"},
                       {"192.0.2.128/25", "192.0.2.128", "192.0.2.127"},
                       {"192.0.2.4/30", "192.0.2.7", "192.0.2.8"},
                       {"192.0.2.1", "192.0.2.1", "192.0.2.0"},
                       {"0.0.0.0/0", "255.1.2.3", "::1"},
                       {"2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::1"},
                       {"::1/128", "::1", "::2"},
                       {"::/0", "ffff::", "1.2.3.4"},
                       {"10.9.8.7/8", "10.0.0.1", "9.9.8.7"}};
    for (const auto& c : cases) {
        const auto n = Network::parse(c.network);
        ASSERT_TRUE(n) << c.network;
        EXPECT_TRUE(n->contains(*IpAddress::parse(c.inside))) << c.network;
        EXPECT_FALSE(n->contains(*IpAddress::parse(c.outside))) << c.network;
    }
    EXPECT_EQ(Network::parse("192.0.2.1")->text(), "192.0.2.1/32");
    for (const char* bad : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "::/129", "host/8", "10.0.0.0/8/8"})
        EXPECT_FALSE(Network::parse(bad)) << bad;
}

}  // namespace
}  // namespace offhook
