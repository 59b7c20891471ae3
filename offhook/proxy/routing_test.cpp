// Where requests go and come back from: own Routes and their tokens, flows through NAT, static routes, loops and spirals.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "offhook/message/via.hpp"
#include "offhook/proxy/loop.hpp"
#include "offhook/proxy/world_test.hpp"

namespace offhook::proxy::test {
namespace {

using message::HeaderId;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

/// What another element makes of a request that it passes on: a Via of its own, perhaps another Request-URI.
std::string passed_on(const std::string& bytes, const std::string& uri = {},
                      const std::string& via = "SIP/2.0/UDP 192.0.2.70:5060;branch=z9hG4bKother") {
    std::string out = bytes;
    out.insert(out.find("\r\n") + 2, "Via: " + via + "\r\n");
    if (!uri.empty()) {
        const std::size_t from = out.find(' ') + 1;
        out.replace(from, out.find(' ', from) - from, uri);
    }
    return out;
}

// Flow 3 of the design: the same Request-URI comes back.
TEST(Loop, IsA482AndNoCall) {
    Config c = config();
    c.routes = {{.domain = {}, .user_prefix = {}, .unknown = true, .next_hop = "sip:192.0.2.70"}};
    World w(c);
    w.receive(write({.uri = "sip:nobody@example.com"}));
    const Sent out = w.last("INVITE sip:nobody@example.com");
    EXPECT_EQ(out.to.remote.text(), "192.0.2.70:5060");
    w.receive(passed_on(out.bytes), "192.0.2.70:5060");
    EXPECT_EQ(w.last("SIP/2.0 482").to.remote.text(), "192.0.2.70:5060");
    EXPECT_EQ(w.count("INVITE"), 1U);
    EXPECT_EQ(w.calls.calls, 1U);
    EXPECT_EQ(w.observer.causes[Cause::loop], 1);
    w.answer(out, 482);
    EXPECT_THAT(w.calls.log, ElementsAre("admit", "refused 482"));
    EXPECT_TRUE(w.drained());
}

TEST(Loop, IsFoundWithTwoForks) {
    World w;
    w.bind("bob", "sip:bob@192.0.2.21");
    w.receive(write({}));
    for (const char* phone : {"INVITE sip:bob@192.0.2.20", "INVITE sip:bob@192.0.2.21"})
        w.receive(passed_on(w.last(phone).bytes, "sip:bob@example.com", "SIP/2.0/UDP 192.0.2.70:5060;branch=z9hG4bK" + std::string(phone, 23, 3)),
                  "192.0.2.70:5060");
    EXPECT_EQ(w.count("SIP/2.0 482"), 2U);
    EXPECT_EQ(w.count("INVITE"), 2U);
    EXPECT_EQ(w.calls.calls, 1U);
}

// Its Request-URI changed: it passes, known as what it is, and is no second call.
TEST(Spiral, PassesUnrecordedAsItsOriginalSender) {
    World w;
    w.bind("carol", "sip:bob@example.com");
    w.receive(write({.uri = "sip:carol@example.com"}));
    const Sent spiral = w.last("INVITE sip:bob@example.com");
    EXPECT_EQ(spiral.to.remote.text(), "192.0.2.1:5060");  // to ourselves
    EXPECT_TRUE(w.proxy.is_spiral(Text(spiral.bytes).message));
    w.trust = Trust::unknown;
    w.receive(spiral.bytes, "192.0.2.1:5060");
    const Sent out = w.last("INVITE sip:bob@192.0.2.20");
    EXPECT_THAT(Text(out.bytes).values(HeaderId::via), SizeIs(3));
    EXPECT_THAT(Text(out.bytes).values(HeaderId::record_route), SizeIs(2));
    w.answer(out, 200);
    w.receive(w.last("SIP/2.0 200").bytes, "192.0.2.1:5060");  // back through the first pass
    const Sent ok = w.last("SIP/2.0 200");
    EXPECT_EQ(ok.to.remote.text(), World::alice);
    EXPECT_THAT(w.calls.log, ElementsAre("admit", "answered 200 sip:bob@example.com"));
    EXPECT_EQ(w.proxy.counters().spirals, 1U);
    w.receive(w.in_dialog(ok, "ACK", 1));
    EXPECT_EQ(w.last("ACK").to.remote.text(), World::bob);  // both our Routes are taken at once
    EXPECT_THAT(Text(w.last("ACK").bytes).values(HeaderId::route), IsEmpty());
    EXPECT_TRUE(w.drained());
}

// A callee who sends the INVITE on to somebody else does not do so as the caller: he reaches whom any stranger reaches.
TEST(Spiral, WithAnotherRequestUriIsNotTheCallersAnyMore) {
    Config c = config();
    c.routes = {{.domain = {}, .user_prefix = "00", .unknown = true, .next_hop = "sip:192.0.2.70"}};
    World w(c);
    w.bind("carol", "sip:carol@192.0.2.30");
    w.receive(write({}));
    const Sent at_bob = w.last("INVITE sip:bob@192.0.2.20");
    w.trust = Trust::unknown;
    const auto sent_on = [&](const std::string& uri, const std::string& branch) {
        w.receive(passed_on(at_bob.bytes, uri, "SIP/2.0/UDP 192.0.2.20:5060;branch=z9hG4bK" + branch), World::bob);
    };
    sent_on("sip:0090012345@example.com", "1");
    EXPECT_EQ(w.last("SIP/2.0 480").to.remote.text(), World::bob);
    sent_on("sip:x@192.0.2.99", "2");
    EXPECT_EQ(w.last("SIP/2.0 403").to.remote.text(), World::bob);
    EXPECT_EQ(w.count("INVITE"), 1U);
    sent_on("sip:carol@example.com", "3");
    EXPECT_EQ(w.last("INVITE sip:carol@192.0.2.30").to.remote.text(), World::carol);
    EXPECT_EQ(w.calls.calls, 1U);
}

TEST(Spiral, CannotBeMadeUp) {
    World w;
    w.receive(write({}));
    const Text sent(w.last("INVITE").bytes);
    const std::string ours = sent.values(HeaderId::via)[0];
    const auto is_spiral = [&](const Parts& parts, const std::string& via) {
        return w.proxy.is_spiral(Text(passed_on(write(parts), {}, via)).message);
    };
    EXPECT_TRUE(is_spiral({}, ours));
    EXPECT_FALSE(is_spiral({.call_id = "another"}, ours));
    EXPECT_FALSE(is_spiral({.from = "<sip:alice@example.com>;tag=other"}, ours));
    EXPECT_FALSE(is_spiral({.cseq = 2}, ours));
    EXPECT_FALSE(is_spiral({.method = "MESSAGE"}, ours));
    std::string changed = ours;
    const std::size_t end = changed.rfind(";rport");
    changed[end - 1] = changed[end - 1] == '0' ? '1' : '0';
    EXPECT_FALSE(is_spiral({}, changed));
    w.answer(w.last("INVITE"), 486);
    EXPECT_FALSE(is_spiral({}, ours));  // its branch is over: what comes now is new
}

TEST(LoopMark, IsReadWhereItStands) {
    std::string branch = "z9hG4bK-anything";
    append_mark(branch, {{0x12, 3}, 0xfedcba9876543210});
    const auto mark = mark_of(branch);
    ASSERT_TRUE(mark);
    EXPECT_EQ(mark->branch, (Handle{0x12, 3}));
    EXPECT_EQ(mark->hash, 0xfedcba9876543210U);
    EXPECT_FALSE(mark_of("z9hG4bK"));
    EXPECT_FALSE(mark_of(branch.substr(0, branch.size() - 1)));
    branch.back() = 'x';
    EXPECT_FALSE(mark_of(branch));
}

TEST(FlowText, IsReadBack) {
    for (Flow flow : {flow_of("203.0.113.9:40000"), flow_of("203.0.113.9:40000", Protocol::tcp), flow_of("[2001:db8::9]:40000", Protocol::tcp)}) {
        std::string text;
        append_flow(text, flow);
        EXPECT_EQ(read_flow(text), flow) << text;
        EXPECT_FALSE(read_flow(text.substr(1)));
        EXPECT_FALSE(read_flow(text + "0"));
    }
    EXPECT_FALSE(read_flow(""));
}

// The callee's Contact is private: its binding's flow carries the INVITE, and the token carries the flow for all that follows.
TEST(Nat, TheCalleeIsReachedOverItsFlow) {
    World w;
    location::Binding& binding = w.bind("carol", "sip:carol@10.0.0.5:5060");
    binding.behind_nat = true;
    binding.flow = flow_of("203.0.113.9:40000");
    w.receive(write({.uri = "sip:carol@example.com"}));
    EXPECT_THAT(w.left(), ElementsAre(StartsWith("SIP/2.0 100"), "INVITE sip:carol@10.0.0.5:5060 SIP/2.0 > 203.0.113.9:40000"));
    w.answer(w.last("INVITE"), 200, "c");
    std::string bye = w.in_dialog(w.last("SIP/2.0 200"), "BYE", 2);
    bye.replace(bye.find("sip:bob@203.0.113.9:40000"), 25, "sip:carol@10.0.0.5:5060");
    w.receive(bye);
    EXPECT_EQ(w.last("BYE").first_line(), "BYE sip:carol@10.0.0.5:5060 SIP/2.0");
    EXPECT_EQ(w.last("BYE").to.remote.text(), "203.0.113.9:40000");
    EXPECT_EQ(w.last("BYE").to.protocol, Protocol::udp);
}

TEST(Nat, TheCallerIsReachedOverItsFlow) {
    World w;
    w.receive(write({.contact = "<sip:alice@10.0.0.7:5060>", .via = "SIP/2.0/UDP 10.0.0.7:5060;branch=z9hG4bKa1;rport"}), "203.0.113.8:50000");
    w.answer(w.last("INVITE"), 200);
    const Sent ok = w.last("SIP/2.0 200");
    EXPECT_EQ(ok.to.remote.text(), "203.0.113.8:50000");
    w.receive(w.in_dialog(ok, "BYE", 1, /*from_caller=*/false), World::bob);
    EXPECT_EQ(w.last("BYE").to.remote.text(), "203.0.113.8:50000");
    w.receive(w.in_dialog(ok, "INFO", 2));  // the other way there is no NAT
    EXPECT_EQ(w.last("INFO").to.remote.text(), World::bob);
}

TEST(Stream, IsUsedWhileItLivesAndThenTheContact) {
    World w;
    location::Binding& binding = w.bind("carol", "sip:carol@192.0.2.30:5060;transport=tcp");
    binding.flow = flow_of("192.0.2.30:33333", Protocol::tcp);
    w.sender.connections.insert(33333);
    w.receive(write({.uri = "sip:carol@example.com"}));
    EXPECT_EQ(w.last("INVITE").to, binding.flow);
    w.answer(w.last("INVITE"), 200, "c");
    const Sent ok = w.last("SIP/2.0 200");
    w.receive(w.in_dialog(ok, "INFO", 2));
    EXPECT_EQ(w.last("INFO").to.connection, binding.flow.connection);
    w.sender.connections.clear();
    std::string bye = w.in_dialog(ok, "BYE", 3);
    bye.replace(bye.find("sip:bob@192.0.2.30:33333"), 24, "sip:carol@192.0.2.30:5060;transport=tcp");
    w.receive(bye);
    EXPECT_EQ(w.last("BYE").to.remote.text(), "192.0.2.30:5060");
    EXPECT_EQ(w.last("BYE").to.protocol, Protocol::tcp);
}

TEST(Path, BecomesTheRoute) {
    World w;
    w.bind("carol", "sip:carol@10.0.0.5").path = "<sip:192.0.2.80;lr>, <sip:192.0.2.81;lr>";
    w.receive(write({.uri = "sip:carol@example.com"}));
    EXPECT_EQ(w.last("INVITE").to.remote.text(), "192.0.2.80:5060");
    EXPECT_THAT(Text(w.last("INVITE").bytes).values(HeaderId::route), ElementsAre("<sip:192.0.2.80;lr>", "<sip:192.0.2.81;lr>"));
}

TEST(OwnRoute, OfAnOutboundProxyIsTakenOff) {
    World w;
    w.receive(write({.headers = "Route: <sip:example.com;lr>\r\nRoute: <sip:192.0.2.1;lr>\r\n"}));
    EXPECT_EQ(w.last("INVITE").to.remote.text(), World::bob);
    EXPECT_THAT(Text(w.last("INVITE").bytes).values(HeaderId::route), IsEmpty());
}

// §16.4, §16.12.1.2: the caller's side is a strict router, which put our Route into the Request-URI.
TEST(StrictRouter, BeforeUs) {
    World w;
    w.receive(write({}));
    w.answer(w.last("INVITE"), 200);
    std::string bye = w.in_dialog(w.last("SIP/2.0 200"), "BYE", 2);
    const std::string ours(message::parse_name_addr(Text(bye).message.value(HeaderId::route))->uri);
    bye.replace(bye.find("Route: <") + 8, ours.size(), "sip:bob@192.0.2.20:5060");
    bye.replace(4, std::string("sip:bob@192.0.2.20:5060").size(), ours);
    w.receive(bye);
    EXPECT_EQ(w.last("BYE").first_line(), "BYE sip:bob@192.0.2.20:5060 SIP/2.0");
    EXPECT_THAT(Text(w.last("BYE").bytes).values(HeaderId::route), IsEmpty());
}

TEST(StrictRouter, BehindUs) {
    Config c = config();
    c.follow_foreign_routes = true;
    World w(c);
    w.receive(write({.uri = "sip:x@192.0.2.90", .headers = "Route: <sip:192.0.2.1;lr>, <sip:192.0.2.60>, <sip:192.0.2.61;lr>\r\n"}));
    EXPECT_EQ(w.last("INVITE").first_line(), "INVITE sip:192.0.2.60 SIP/2.0");
    EXPECT_EQ(w.last("INVITE").to.remote.text(), "192.0.2.60:5060");
    EXPECT_THAT(Text(w.last("INVITE").bytes).values(HeaderId::route), ElementsAre("<sip:192.0.2.61;lr>", "<sip:x@192.0.2.90>"));
}

TEST(Removed, UserIsNotCalledAnyMore) {
    World w;
    w.users.erase("bob");  // his phone's binding is still there
    w.receive(write({}));
    EXPECT_EQ(w.count("INVITE "), 0U);
    EXPECT_EQ(w.count("SIP/2.0 404"), 1U);
    EXPECT_TRUE(w.drained());
}

TEST(StaticRoute, IsChosenByDomainPrefixOrUnknown) {
    Config c = config();
    c.routes = {{.domain = "partner.example", .user_prefix = {}, .unknown = false, .next_hop = "sip:192.0.2.61"},
                {.domain = {}, .user_prefix = "00", .unknown = false, .next_hop = "sip:192.0.2.62:5070"},
                {.domain = {}, .user_prefix = {}, .unknown = true, .next_hop = "sip:192.0.2.63;transport=tcp"}};
    const auto goes_to = [&](const std::string& uri, Trust trust = Trust::authenticated) {
        World w(c);
        w.users.insert("0099");
        w.trust = trust;
        w.receive(write({.uri = uri}));
        for (const Sent& s : w.sender.sent)
            if (s.bytes.starts_with("INVITE " + uri + " ")) return s.to.remote.text() + (s.to.protocol == Protocol::tcp ? " tcp" : "");
        return w.sender.sent.at(0).first_line();
    };
    EXPECT_EQ(goes_to("sip:x@partner.example"), "192.0.2.61:5060");
    EXPECT_EQ(goes_to("sip:0049@example.com"), "192.0.2.62:5070");
    EXPECT_EQ(goes_to("sip:%3049@example.com"), "192.0.2.63:5060 tcp");   // "049" has one zero
    EXPECT_EQ(goes_to("sip:%30049@example.com"), "192.0.2.62:5070");      // "0049", escaped
    EXPECT_EQ(goes_to("sip:nobody@example.com"), "192.0.2.63:5060 tcp");
    EXPECT_EQ(goes_to("sip:0099@example.com"), "SIP/2.0 480 Temporarily Unavailable");  // an own user goes before a prefix
    EXPECT_EQ(goes_to("sip:x@192.0.2.64"), "192.0.2.64:5060");                          // RFC 3263
    EXPECT_EQ(goes_to("sip:nobody@example.com", Trust::unknown), "SIP/2.0 480 Temporarily Unavailable");
    EXPECT_EQ(goes_to("sip:x@partner.example", Trust::unknown), "SIP/2.0 403 Forbidden");
}

// A gateway that gives a call back with another number was asked by the operator, not by a callee.
TEST(StaticRoute, IsTakenAgainForACallThatAGatewayGivesBack) {
    Config c = config();
    c.routes = {{.domain = {}, .user_prefix = {}, .unknown = true, .next_hop = "sip:192.0.2.70"}};
    World w(c);
    w.trust = Trust::trusted_network;
    w.receive(write({.uri = "sip:0049@example.com"}));
    w.receive(passed_on(w.last("INVITE sip:0049@example.com").bytes, "sip:0050@example.com"), "192.0.2.70:5060");
    EXPECT_EQ(w.last("INVITE sip:0050@example.com").to.remote.text(), "192.0.2.70:5060");
}

// Callers reach 192.0.2.1; the next hop is behind another interface, whose address must be in Via and on the packet.
TEST(WildcardListener, SendsFromTheAddressTowardsTheNextHop) {
    Config c = config();
    c.routes = {{.domain = "partner.example", .user_prefix = {}, .unknown = false, .next_hop = "sip:198.51.100.7"},
                {.domain = "other.example", .user_prefix = {}, .unknown = false, .next_hop = "sip:203.0.113.7"},
                {.domain = "back.example", .user_prefix = {}, .unknown = false, .next_hop = "sip:192.0.2.10"}};
    const auto leaves_from = [&](const std::string& domain) {
        World w(c);
        w.listeners = transport::ListenerTable({{Protocol::udp, *Endpoint::parse("0.0.0.0:5060"), {}, 0}});
        w.sender.sources[*IpAddress::parse("198.51.100.7")] = *IpAddress::parse("198.51.100.1");
        w.sender.sources[*IpAddress::parse("192.0.2.10")] = *IpAddress::parse("192.0.2.99");
        w.receive(write({.uri = "sip:x@" + domain}));
        const Sent& s = w.last("INVITE");
        EXPECT_THAT(Text(s.bytes).values(HeaderId::via).front(), StartsWith("SIP/2.0/UDP " + s.to.local.text() + ";"));
        return s.to.local.text();
    };
    EXPECT_EQ(leaves_from("partner.example"), "198.51.100.1:5060");
    EXPECT_EQ(leaves_from("other.example"), "192.0.2.1:5060");  // nothing is known: what the caller reached
    EXPECT_EQ(leaves_from("back.example"), "192.0.2.1:5060");   // the caller itself: by the address that it knows
}

// §16.4: a maddr of ours is taken off; that of another sends the request there, if its sender may send it anywhere.
TEST(Maddr, IsObeyed) {
    const auto goes_to = [](const std::string& uri, Trust trust = Trust::authenticated) {
        World w;
        w.trust = trust;
        w.receive(write({.uri = uri}));
        const Sent& s = w.sender.sent.back();
        return s.first_line() + " > " + s.to.remote.text();
    };
    EXPECT_EQ(goes_to("sip:x@192.0.2.64;maddr=192.0.2.1;foo=1"), "INVITE sip:x@192.0.2.64;foo=1 SIP/2.0 > 192.0.2.64:5060");
    EXPECT_EQ(goes_to("sip:bob@example.com;maddr=192.0.2.1"), "INVITE sip:bob@192.0.2.20:5060 SIP/2.0 > 192.0.2.20:5060");
    EXPECT_EQ(goes_to("sip:bob@example.com;maddr=192.0.2.77"), "INVITE sip:bob@example.com;maddr=192.0.2.77 SIP/2.0 > 192.0.2.77:5060");
    EXPECT_THAT(goes_to("sip:bob@example.com;maddr=192.0.2.77", Trust::unknown), StartsWith("SIP/2.0 403"));
}

TEST(OwnDomains, AreToldByNameAndByAddressWithPort) {
    const transport::ListenerTable listeners({{Protocol::udp, *Endpoint::parse("127.0.0.1:5070"), {}, 0}});
    const OwnDomains domains({"Example.com", "127.0.0.1"}, listeners);
    const auto of = [&](std::string_view text) { return std::string(domains.of(*message::parse_uri(text))); };
    EXPECT_EQ(of("sip:bob@EXAMPLE.com"), "example.com");
    EXPECT_EQ(of("sip:bob@example.com:7777"), "example.com");
    EXPECT_EQ(of("sip:bob@127.0.0.1"), "127.0.0.1");
    EXPECT_EQ(of("sip:bob@127.0.0.1:5070"), "127.0.0.1");
    EXPECT_EQ(of("sip:bob@127.0.0.1:40000"), "");  // a phone on the same machine
    EXPECT_EQ(of("sip:bob@elsewhere.example"), "");
    const OwnDomains named({"example.com"}, listeners);
    EXPECT_EQ(named.of(*message::parse_uri("sip:bob@127.0.0.1:5070")), "example.com");
}

}  // namespace
}  // namespace offhook::proxy::test
