#include "offhook/transport/via.hpp"

#include <gtest/gtest.h>

#include "offhook/message/via.hpp"

namespace offhook::transport {
namespace {

std::string request(std::string_view via) {
    return "OPTIONS sip:b SIP/2.0\r\nVia:  " + std::string(via) +
           "\r\nVia: SIP/2.0/UDP second;rport;received=9.9.9.9\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:b>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\n\r\nbody";
}

Flow flow(const char* remote = "198.51.100.7:40000", Protocol protocol = Protocol::udp) {
    Flow f;
    f.protocol = protocol;
    f.remote = *Endpoint::parse(remote);
    return f;
}

std::string marked(std::string_view via, const Flow& from) {
    const std::string bytes = request(via);
    message::Message m;
    EXPECT_TRUE(m.index(bytes));
    std::string out;
    return write_with_source(out, m, from) ? out : "false";
}

struct Mark {
    const char* via;
    const char* expected;
    const char* remote = "198.51.100.7:40000";
};

// RFC 3261 §18.2.1: received if the host differs or is a name; RFC 3581 §4: both if rport was asked for.
TEST(WriteWithSource, MarksTheTopViaAndNothingElse) {
    const Mark cases[] = {
        {"SIP/2.0/UDP 198.51.100.7;branch=z9hG4bK1", "SIP/2.0/UDP 198.51.100.7;branch=z9hG4bK1"},
        {"SIP/2.0/UDP 198.51.100.7:5070", "SIP/2.0/UDP 198.51.100.7:5070"},
        {"SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1", "SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1;received=198.51.100.7"},
        {"SIP/2.0/UDP phone.example.com", "SIP/2.0/UDP phone.example.com;received=198.51.100.7"},
        {"SIP/2.0/UDP 10.0.0.1;rport;branch=z9hG4bK1", "SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1;received=198.51.100.7;rport=40000"},
        {"SIP/2.0/UDP 198.51.100.7;branch=z9hG4bK1;RPORT", "SIP/2.0/UDP 198.51.100.7;branch=z9hG4bK1;received=198.51.100.7;rport=40000"},
        // what a sender says about itself is not believed
        {"SIP/2.0/UDP 10.0.0.1;received=203.0.113.9;rport=1;branch=z9hG4bK1",
         "SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1;received=198.51.100.7;rport=40000"},
        {"SIP/2.0/UDP 198.51.100.7;received=203.0.113.9;branch=z9hG4bK1", "SIP/2.0/UDP 198.51.100.7;branch=z9hG4bK1"},
        {"SIP/2.0/UDP [2001:db8::9];branch=z9hG4bK1", "SIP/2.0/UDP [2001:db8::9];branch=z9hG4bK1;received=2001:db8::1", "[2001:db8::1]:5060"},
        {"SIP/2.0/UDP [2001:DB8:0::1];branch=z9hG4bK1", "SIP/2.0/UDP [2001:DB8:0::1];branch=z9hG4bK1", "[2001:db8::1]:5060"},
        // only the first of a list
        {"SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1 , SIP/2.0/UDP 10.0.0.2;rport",
         "SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1;received=198.51.100.7 , SIP/2.0/UDP 10.0.0.2;rport"},
    };
    for (const Mark& c : cases) EXPECT_EQ(marked(c.via, flow(c.remote)), request(c.expected)) << c.via;
}

TEST(WriteWithSource, RefusesAnUnreadableVia) {
    const std::string bytes = request("nonsense");
    message::Message m;
    ASSERT_TRUE(m.index(bytes));
    std::string out = "kept";
    EXPECT_FALSE(write_with_source(out, m, flow()));
    EXPECT_EQ(out, "kept");
}

TEST(WriteWithSource, LeavesABrokenViaAsItIs) {
    for (const char* via : {"SIP/2.0/UDP 198.51.100.7;;,;,,", "SIP/7.0/UDP 10.0.0.1;branch=z9hG4bK1", "SIP/2.0/UDP 10.0.0.1;rport=x"})
        EXPECT_EQ(marked(via, flow()), request(via));
}

struct Route {
    const char* via;
    Protocol protocol;
    const char* expected;
};

// §18.2.2 and RFC 3581 §4, for a request from 198.51.100.7:40000.
TEST(ResponseFlow, GoesWhereTheTopViaSays) {
    const Route cases[] = {
        {"SIP/2.0/UDP 10.0.0.1", Protocol::udp, "198.51.100.7:5060"},
        {"SIP/2.0/UDP 10.0.0.1:5070", Protocol::udp, "198.51.100.7:5070"},
        {"SIP/2.0/UDP 10.0.0.1:5070;rport", Protocol::udp, "198.51.100.7:40000"},
        {"SIP/2.0/UDP 10.0.0.1:5070;maddr=224.0.1.75", Protocol::udp, "224.0.1.75:5070"},
        {"SIP/2.0/UDP 10.0.0.1;maddr=[ff02::1]", Protocol::udp, "[ff02::1]:5060"},
        // one that is no multicast address could be a third party's
        {"SIP/2.0/UDP 10.0.0.1:5070;maddr=203.0.113.9", Protocol::udp, "198.51.100.7:5070"},
        {"SIP/2.0/UDP 10.0.0.1:5070;maddr=203.0.113.9;rport", Protocol::udp, "198.51.100.7:40000"},
        {"SIP/2.0/UDP 10.0.0.1;maddr=name.example", Protocol::udp, "198.51.100.7:5060"},
        {"SIP/2.0/TCP 10.0.0.1", Protocol::tcp, "198.51.100.7:5060"},
        {"SIP/2.0/TCP 10.0.0.1:5070;rport", Protocol::tcp, "198.51.100.7:5070"},
        {"SIP/2.0/TCP 10.0.0.1;maddr=224.0.1.75", Protocol::tcp, "198.51.100.7:5060"},
        // the sent-by of a broken one still counts (RFC 4475 §3.1.2.1, §3.1.2.16)
        {"SIP/2.0/UDP 10.0.0.1:5070;;,;,,", Protocol::udp, "198.51.100.7:5070"},
        {"SIP/7.0/UDP 10.0.0.1;rport", Protocol::udp, "198.51.100.7:5060"},
        {"SIP/2.0/TLS 10.0.0.1", Protocol::tls, "198.51.100.7:5061"},
    };
    for (const Route& c : cases) {
        Flow from = flow("198.51.100.7:40000", c.protocol);
        from.connection = {1, 2, 3};
        from.listener = 4;
        const std::string bytes = marked(c.via, from);
        message::Message m;
        ASSERT_TRUE(m.index(bytes));
        const Flow to = response_flow(m, from);
        EXPECT_EQ(to.remote.text(), c.expected) << c.via;
        EXPECT_EQ(to.connection, from.connection);
        EXPECT_EQ(to.listener, from.listener);
    }
}

}  // namespace
}  // namespace offhook::transport
