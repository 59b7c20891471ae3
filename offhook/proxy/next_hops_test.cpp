// Who may call through a gateway: nobody by way of another user's contact.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "offhook/proxy/world_test.hpp"

namespace offhook::proxy::test {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;
using ::testing::StartsWith;

// A next hop is a gateway that takes what comes from our address: who makes it his phone would have it call for him.
struct WithGateways : World {
    static Config routes() {
        Config c = config();
        c.routes = {{.domain = {}, .user_prefix = {}, .unknown = true, .next_hop = "sip:192.0.2.70"},
                    {.domain = "partner.example", .user_prefix = {}, .unknown = false, .next_hop = "sip:gw.example:5070"}};
        return c;
    }
    WithGateways() : World(routes()) {
        bindings.sets.clear();
        names.table["gw.example"] = {*IpAddress::parse("192.0.2.71")};
        names.table["alias.example"] = {*IpAddress::parse("192.0.2.71"), *IpAddress::parse("192.0.2.70")};
        names.table["half.example"] = {*IpAddress::parse("192.0.2.70"), *IpAddress::parse("192.0.2.90")};
    }
};

TEST(NextHop, IsNobodysPhone) {
    for (const char* contact : {"sip:+49@192.0.2.70", "sip:+49@192.0.2.70:5080;transport=tcp", "sip:+49@192.0.2.90;maddr=192.0.2.70",
                                "sip:+49@GW.example.", "sip:+49@192.0.2.71:5060", "sip:+49@alias.example"}) {
        WithGateways w;
        w.bind("bob", contact);
        w.receive(write({}));
        EXPECT_EQ(w.count("INVITE"), 0U) << contact;
        EXPECT_EQ(w.count("SIP/2.0 480"), 1U) << contact;
        EXPECT_EQ(w.observer.causes[Cause::relay_refused], 1) << contact;
        EXPECT_TRUE(w.drained());
    }
    WithGateways w;
    w.bind("bob", "sip:+49@192.0.2.90").path = "<sip:192.0.2.70;lr>";
    w.receive(write({}));
    EXPECT_EQ(w.count("INVITE"), 0U);
    EXPECT_EQ(w.count("SIP/2.0 480"), 1U);
    EXPECT_TRUE(w.drained());
}

TEST(NextHop, IsLeftOutAndTheOtherPhonesRing) {
    WithGateways w;
    w.bind("bob", "sip:+49@192.0.2.70");
    w.bind("bob", "sip:bob@half.example");
    w.bind("bob", "sip:bob@192.0.2.20");
    w.receive(write({}));
    EXPECT_THAT(w.left(), ElementsAre(StartsWith("SIP/2.0 100"), "INVITE sip:bob@half.example SIP/2.0 > 192.0.2.90:5060",
                                      "INVITE sip:bob@192.0.2.20 SIP/2.0 > 192.0.2.20:5060"));
    w.answer(w.last("INVITE"), 200);
    EXPECT_EQ(w.count("SIP/2.0 200"), 1U);
    EXPECT_TRUE(w.drained());
}

TEST(NextHop, IsFoundWhenItsNameIsResolvedLater) {
    WithGateways w;
    w.names.later = true;
    w.bind("bob", "sip:+49@alias.example");
    w.receive(write({}));
    ASSERT_THAT(w.names.asked, SizeIs(1));
    w.proxy.on_resolved(w.names.asked.front(), {*IpAddress::parse("192.0.2.70")}, w.now());
    EXPECT_EQ(w.count("INVITE"), 0U);
    EXPECT_EQ(w.count("SIP/2.0 480"), 1U);
    EXPECT_TRUE(w.drained());
}

TEST(NextHop, IsNotCalledByARedirection) {
    WithGateways w;
    w.bind("bob", "sip:bob@192.0.2.20");
    w.receive(write({}));
    w.answer(w.last("INVITE"), 302, "b", "Contact: <sip:+49@192.0.2.70>\r\n");
    EXPECT_EQ(w.different("INVITE"), 1U);
    EXPECT_EQ(w.count("SIP/2.0 480"), 1U);
    EXPECT_TRUE(w.drained());
}

// One address for a gateway and the phones behind the same NAT: what goes back to where the phone registered from is the phone's.
TEST(NextHop, MayShareItsAddressWithPhones) {
    WithGateways w;
    w.bind("bob", "sip:bob@192.0.2.70:40000").flow = flow_of("192.0.2.70:40000");
    w.receive(write({}));
    EXPECT_EQ(w.last("INVITE").to.remote.text(), "192.0.2.70:40000");
    WithGateways spoofed;
    spoofed.bind("bob", "sip:+49@10.0.0.9").flow = flow_of("192.0.2.70:5060");
    spoofed.bindings.sets["bob@example.com"].front().behind_nat = true;
    spoofed.receive(write({}));
    EXPECT_EQ(spoofed.count("INVITE"), 0U);
    EXPECT_EQ(spoofed.count("SIP/2.0 480"), 1U);
}

// A gateway's call for bob is not his call through the gateway, whatever his phone says: nobody here would answer for it. A caller of ours
// could have called there himself.
TEST(StaticRoute, IsNotTakenForAGatewaysCallerByRedirectionOrBinding) {
    for (const Trust trust : {Trust::trusted_network, Trust::authenticated})
        for (const Trust trust_of_ourselves : {Trust::unknown, Trust::trusted_network})
            for (const bool redirected : {true, false}) {
                WithGateways w;
                w.trust = trust;
                w.bind("bob", redirected ? "sip:bob@192.0.2.20" : "sip:+4990123@example.com");
                w.receive(write({}));
                if (redirected) w.answer(w.last("INVITE"), 302, "b", "Contact: <sip:+4990123@example.com>\r\n");
                const Sent spiral = w.last("INVITE sip:+4990123@example.com");
                ASSERT_EQ(spiral.to.remote.text(), "192.0.2.1:5060");
                w.trust = trust_of_ourselves;
                w.receive(spiral.bytes, "192.0.2.1:5060");
                const bool led_out = w.last("INVITE").to.remote.text() == "192.0.2.70:5060";
                EXPECT_EQ(led_out, trust == Trust::authenticated);
                EXPECT_EQ(w.count("SIP/2.0 404"), led_out ? 0U : 1U);
            }
}

TEST(Redirection, OfAGatewaysCallerToAnotherUserIsFollowed) {
    WithGateways w;
    w.trust = Trust::trusted_network;
    w.bind("bob", "sip:bob@192.0.2.20");
    w.bind("carol", "sip:carol@192.0.2.30");
    w.receive(write({}));
    w.answer(w.last("INVITE"), 302, "b", "Contact: <sip:carol@example.com>\r\n");
    w.trust = Trust::unknown;
    w.receive(w.last("INVITE sip:carol@example.com").bytes, "192.0.2.1:5060");
    EXPECT_EQ(w.last("INVITE sip:carol@192.0.2.30").to.remote.text(), World::carol);
}

}  // namespace
}  // namespace offhook::proxy::test
