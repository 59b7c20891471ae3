#include "offhook/transport/target.hpp"

#include <gtest/gtest.h>

namespace offhook::transport {
namespace {

struct Case {
    const char* uri;
    Protocol protocol;
    const char* host;
    std::uint16_t port;
};

TEST(TargetOf, AUriIsWhatRfc3263Says) {
    const Case cases[] = {
        {"sip:bob@example.com", Protocol::udp, "example.com", 5060},
        {"sip:bob@example.com:5070", Protocol::udp, "example.com", 5070},
        {"sip:192.0.2.1", Protocol::udp, "192.0.2.1", 5060},
        {"sip:bob@[2001:db8::1]:5062;transport=TCP", Protocol::tcp, "[2001:db8::1]", 5062},
        {"sip:bob@example.com;transport=tls", Protocol::tls, "example.com", 5061},
        {"sip:bob@example.com;transport=ws", Protocol::ws, "example.com", 80},
        {"sips:bob@example.com", Protocol::tls, "example.com", 5061},
        {"sips:bob@example.com;transport=tcp", Protocol::tls, "example.com", 5061},
        {"sips:bob@example.com;transport=ws", Protocol::wss, "example.com", 443},
        {"sip:bob@example.com;maddr=192.0.2.9", Protocol::udp, "192.0.2.9", 5060},
        {"sip:bob@example.com:5070;maddr=relay.example.net;transport=tcp", Protocol::tcp, "relay.example.net", 5070},
    };
    for (const Case& c : cases) {
        const auto uri = message::parse_uri(c.uri);
        ASSERT_TRUE(uri) << c.uri;
        EXPECT_EQ(target_of(*uri), (Target{c.protocol, c.host, IpAddress::parse(c.host), c.port})) << c.uri;
    }
}

TEST(TargetOf, SomeUrisIsNone) {
    for (const char* text : {"sip:bob@example.com;transport=sctp", "sips:bob@example.com;transport=udp", "tel:+15551234", "http://example.com"}) {
        const auto uri = message::parse_uri(text);
        ASSERT_TRUE(uri) << text;
        EXPECT_FALSE(target_of(*uri)) << text;
    }
}

}  // namespace
}  // namespace offhook::transport
