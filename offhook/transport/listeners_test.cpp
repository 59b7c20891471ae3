#include "offhook/transport/listeners.hpp"

#include <gtest/gtest.h>

namespace offhook::transport {
namespace {

Listener listener(Protocol p, const char* bound, std::string host = {}, std::uint16_t port = 0) {
    return {p, *Endpoint::parse(bound), std::move(host), port};
}

ListenerTable table() {
    ListenerTable t({listener(Protocol::udp, "0.0.0.0:5060"), listener(Protocol::tcp, "0.0.0.0:5060"),
                     listener(Protocol::udp, "10.0.0.5:5070", "sip.example.com", 5080), listener(Protocol::udp, "[::1]:5060"),
                     listener(Protocol::tls, "10.0.0.5:5061", "2001:db8::7")});
    t.set_own_addresses({*IpAddress::parse("192.0.2.1"), *IpAddress::parse("2001:db8::1")});
    return t;
}

std::string sent_by(std::uint16_t index, const char* local) {
    Flow f;
    f.listener = index;
    f.local = *Endpoint::parse(local);
    std::string out;
    table().append_sent_by(out, f);
    return out;
}

TEST(ListenerTable, NamesUsByWhatIsAdvertisedOrWasReached) {
    EXPECT_EQ(sent_by(0, "192.0.2.1:5060"), "192.0.2.1:5060");
    EXPECT_EQ(sent_by(1, "192.0.2.1:49152"), "192.0.2.1:5060");  // nobody listens at the port of a connection that we opened
    EXPECT_EQ(sent_by(2, "10.0.0.5:5070"), "sip.example.com:5080");
    EXPECT_EQ(sent_by(3, "[::1]:5060"), "[::1]:5060");
    EXPECT_EQ(sent_by(3, "0.0.0.0:0"), "[::1]:5060");
    EXPECT_EQ(sent_by(4, "10.0.0.5:5061"), "[2001:db8::7]:5061");
}

TEST(ListenerTable, KnowsUsByEveryName) {
    const ListenerTable t = table();
    EXPECT_TRUE(t.is_us("192.0.2.1", 5060));
    EXPECT_TRUE(t.is_us("192.0.2.1", 0));
    EXPECT_TRUE(t.is_us("127.0.0.1", 5060));
    EXPECT_TRUE(t.is_us("SIP.example.com", 5080));
    EXPECT_TRUE(t.is_us("10.0.0.5", 5070));
    EXPECT_TRUE(t.is_us("[::1]", 5060));
    EXPECT_TRUE(t.is_us("[2001:DB8::7]", 0));
    EXPECT_TRUE(t.is_us("10.0.0.5", 5061));

    EXPECT_FALSE(t.is_us("192.0.2.1", 5062));
    EXPECT_FALSE(t.is_us("192.0.2.2", 5060));
    EXPECT_FALSE(t.is_us("sip.example.com", 5070));
    EXPECT_FALSE(t.is_us("sip.example.com", 0));
    EXPECT_FALSE(t.is_us("example.com", 5080));
    EXPECT_FALSE(t.is_us("[2001:db8::1]", 5060));  // no IPv6 wildcard listens
    EXPECT_FALSE(t.is_us("", 5060));
}

TEST(ListenerTable, ChoosesAListenerOfProtocolAndFamily) {
    const ListenerTable t = table();
    const IpAddress v4 = *IpAddress::parse("203.0.113.1"), v6 = *IpAddress::parse("2001:db8::9"), loop = *IpAddress::parse("::1");
    EXPECT_EQ(t.choose(Protocol::udp, v4, 2), 2);
    EXPECT_EQ(t.choose(Protocol::udp, v4, 1), 0);
    EXPECT_EQ(t.choose(Protocol::udp, v4, 99), 0);
    EXPECT_EQ(t.choose(Protocol::tcp, v4, 2), 1);
    EXPECT_EQ(t.choose(Protocol::udp, loop, 0), 3);
    EXPECT_FALSE(t.choose(Protocol::udp, v6, 3));  // a socket on loopback reaches nothing else
    EXPECT_FALSE(t.choose(Protocol::ws, v4, 0));
}

TEST(Protocol, NamesGoBothWays) {
    for (const Protocol p : {Protocol::udp, Protocol::tcp, Protocol::tls, Protocol::ws, Protocol::wss}) {
        EXPECT_EQ(protocol_of(via_name(p)), p);
        EXPECT_EQ(protocol_of(uri_name(p)), p);
        EXPECT_EQ(is_reliable(p), p != Protocol::udp);
    }
    EXPECT_FALSE(protocol_of("sctp"));
    EXPECT_FALSE(protocol_of(""));
}

}  // namespace
}  // namespace offhook::transport
