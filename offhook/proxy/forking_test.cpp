// Several targets for one request: parallel, serial, redirected, over several addresses, within Max-Breadth (RFC 3261 §16.6, §16.7, RFC 5393 §5).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "offhook/proxy/best_response.hpp"
#include "offhook/proxy/world_test.hpp"

namespace offhook::proxy::test {
namespace {

using message::HeaderId;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

/// bob's second and third phone.
struct Fork : World {
    explicit Fork(std::uint16_t second_q = 1000, std::uint16_t third_q = 1000, const Config& c = config()) : World(c) {
        bind("bob", "sip:bob@192.0.2.21:5060", second_q);
        bind("bob", "sip:bob@192.0.2.22:5060", third_q);
    }
    [[nodiscard]] const Sent& invite(int phone) const { return last("INVITE sip:bob@192.0.2.2" + std::to_string(phone)); }
    [[nodiscard]] std::size_t invited(int phone) const { return count("INVITE sip:bob@192.0.2.2" + std::to_string(phone)); }
    [[nodiscard]] std::string breadth(int phone) const { return Text(invite(phone).bytes).value(HeaderId::max_breadth); }
};

TEST(Parallel, OneWinsAndTheOthersAreCancelled) {
    Fork w;
    w.receive(write({}));
    EXPECT_EQ(w.count("INVITE"), 3U);
    EXPECT_THAT((std::vector{w.breadth(0), w.breadth(1), w.breadth(2)}), ElementsAre("20", "20", "20"));
    for (const int phone : {0, 1, 2}) w.answer(w.invite(phone), 180, "t" + std::to_string(phone));
    w.left();
    w.answer(w.invite(1), 200, "t1");
    EXPECT_THAT(w.left(),
                UnorderedElementsAre(StartsWith("SIP/2.0 200 OK"), StartsWith("CANCEL sip:bob@192.0.2.20"), StartsWith("CANCEL sip:bob@192.0.2.22")));
    EXPECT_THAT(w.last("CANCEL").bytes, HasSubstr("Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\n"));
    for (const int phone : {0, 2}) w.answer(w.invite(phone), 487, "t" + std::to_string(phone));
    EXPECT_THAT(w.left(), UnorderedElementsAre(StartsWith("ACK"), StartsWith("ACK")));  // nothing of that goes upstream
    EXPECT_THAT(w.calls.log, ElementsAre("admit", "ringing 180", "answered 200 sip:bob@192.0.2.21:5060"));
    EXPECT_TRUE(w.drained());
}

// §16.7 step 5: each 2xx goes upstream; each is a dialog and a record of its own.
TEST(Parallel, TwoAnswersBothPass) {
    Fork w;
    w.calls.hold = "answered";
    w.receive(write({}));
    for (const int phone : {0, 1, 2}) w.answer(w.invite(phone), 180, "t" + std::to_string(phone));
    w.answer(w.invite(0), 200, "t0");
    w.answer(w.invite(1), 200, "t1");
    w.answer(w.invite(2), 487, "t2");
    ASSERT_THAT(w.calls.held, SizeIs(2));
    w.proxy.release(w.calls.held[1], w.now());
    w.proxy.release(w.calls.held[0], w.now());
    EXPECT_EQ(w.count("SIP/2.0 200"), 2U);
    EXPECT_THAT(w.calls.log, ElementsAre("admit", "ringing 180", "answered 200 sip:bob@192.0.2.20:5060", "answered 200 sip:bob@192.0.2.21:5060"));
    EXPECT_TRUE(w.drained());
}

// Whoever makes To tags up fills no table of ours.
TEST(Answers, AreBoundedInNumber) {
    World w;
    w.receive(write({}));
    const Sent invite = w.last("INVITE");
    for (int tag = 0; tag < 100; ++tag) w.answer(invite, 200, "t" + std::to_string(tag));
    EXPECT_EQ(w.count("SIP/2.0 200"), 64U);
    EXPECT_TRUE(w.drained());
}

// A callee that drops the caller's Via has answered nobody: its branch is over, and nothing of the call stays.
TEST(Answers, WithoutTheCallersViaEndTheBranch) {
    World w;
    w.receive(write({}));
    Sent cut = w.last("INVITE");
    const std::size_t at = cut.bytes.find("Via: SIP/2.0/UDP 192.0.2.10");
    cut.bytes.erase(at, cut.bytes.find("\r\n", at) + 2 - at);
    w.answer(cut, 200);
    EXPECT_EQ(w.last("SIP/2.0 502").to.remote.text(), World::alice);
    EXPECT_THAT(w.calls.log, ElementsAre("admit", "refused 502"));
    EXPECT_TRUE(w.drained());
}

TEST(Parallel, A6xxEndsTheOthersAndComesWhenTheyHaveEnded) {
    Fork w;
    w.receive(write({}));
    w.answer(w.invite(0), 180, "t0");
    w.answer(w.invite(1), 180, "t1");
    w.answer(w.invite(2), 603, "t2");
    EXPECT_EQ(w.count("CANCEL"), 2U);
    EXPECT_EQ(w.count("SIP/2.0 603"), 0U);
    w.answer(w.invite(0), 487, "t0");
    w.answer(w.invite(1), 487, "t1");
    EXPECT_EQ(w.count("SIP/2.0 603"), 1U);
    EXPECT_TRUE(w.drained());
}

// §16.7 step 7.
TEST(Parallel, ChallengesOfAllAreCollected) {
    Fork w;
    w.receive(write({}));
    w.answer(w.invite(0), 404, "t0");
    w.answer(w.invite(1), 407, "t1", "Proxy-Authenticate: Digest realm=\"one\", nonce=\"1\"\r\n");
    w.answer(w.invite(2), 401, "t2", "WWW-Authenticate: Digest realm=\"two\", nonce=\"2\"\r\n");
    const Text best(w.last("SIP/2.0 407").bytes);
    EXPECT_THAT(best.bytes, HasSubstr("Proxy-Authenticate: Digest realm=\"one\", nonce=\"1\"\r\n"));
    EXPECT_THAT(best.bytes, HasSubstr("WWW-Authenticate: Digest realm=\"two\", nonce=\"2\"\r\n"));
    EXPECT_THAT(best.values(HeaderId::via), SizeIs(1));
    EXPECT_TRUE(w.drained());
}

TEST(Parallel, OnlyTheFirstSuccessOfANonInvitePasses) {
    Fork w;
    w.receive(write({.method = "MESSAGE"}));
    w.answer(w.last("MESSAGE sip:bob@192.0.2.21"), 200);
    w.answer(w.last("MESSAGE sip:bob@192.0.2.20"), 200);
    EXPECT_EQ(w.count("SIP/2.0 200"), 1U);
    EXPECT_TRUE(w.drained());
}

TEST(Serial, GoesByQ) {
    Fork w(500, 500);
    w.receive(write({}));
    EXPECT_EQ(w.count("INVITE"), 1U);
    EXPECT_EQ(w.breadth(0), "60");
    w.answer(w.invite(0), 486);
    EXPECT_EQ(w.invited(1) + w.invited(2), 2U);
    EXPECT_EQ(w.breadth(1), "30");
    EXPECT_EQ(w.count("SIP/2.0 486"), 0U);
    w.answer(w.invite(1), 404);
    w.answer(w.invite(2), 408);
    EXPECT_EQ(w.count("SIP/2.0 486"), 1U);  // the first of equals, and never the timeout
    EXPECT_TRUE(w.drained());
}

TEST(Serial, TimerCOfEachGroup) {
    Fork w(500, 100);
    w.receive(write({}));
    for (const int phone : {0, 1, 2}) {
        ASSERT_EQ(w.invited(phone), 1U) << phone;
        w.answer(w.invite(phone), 180, "t");
        w.run_for(182s);
        w.answer(w.invite(phone), 487, "t");
    }
    EXPECT_EQ(w.different("SIP/2.0 408"), 1U);
    EXPECT_TRUE(w.drained());
}

TEST(Serial, StopsAtACancel) {
    Fork w(500, 100);
    w.receive(write({}));
    w.answer(w.invite(0), 180);
    w.receive(write({.method = "CANCEL", .contact = ""}));
    w.answer(w.invite(0), 487);
    EXPECT_EQ(w.count("INVITE"), 1U);
    EXPECT_EQ(w.count("SIP/2.0 487"), 1U);
    EXPECT_TRUE(w.drained());
}

// RFC 5393 §5.3.3: 1 is serial; of 2 the third waits until a branch has ended (§5.3.3.1).
TEST(MaxBreadth, LimitsWhatRunsAtOnce) {
    Fork w;
    w.receive(write({.headers = "Max-Breadth: 2\r\n"}));
    EXPECT_EQ(w.count("INVITE"), 2U);
    EXPECT_EQ(w.breadth(0), "1");
    w.answer(w.invite(1), 486);
    EXPECT_EQ(w.invited(2), 1U);

    Fork serial;
    serial.receive(write({.headers = "Max-Breadth: 1\r\n"}));
    for (const int phone : {0, 1, 2}) {
        EXPECT_EQ(serial.count("INVITE"), static_cast<std::size_t>(phone) + 1);
        serial.answer(serial.invite(phone), 486);
    }
    EXPECT_EQ(serial.count("SIP/2.0 486"), 1U);
    EXPECT_TRUE(serial.drained());

    World one;
    one.receive(write({.headers = "Max-Breadth: 500\r\n"}));
    EXPECT_EQ(Text(one.last("INVITE").bytes).value(HeaderId::max_breadth), "60");
}

// §16.7 step 4.
TEST(Redirection, IsFollowed) {
    World w;
    w.receive(write({}));
    w.answer(w.last("INVITE"), 302, "b", "Contact: <sip:late@192.0.2.41>;q=0.2, <sip:soon@192.0.2.40?Subject=x>;q=0.9\r\n");
    EXPECT_THAT(w.left(), ElementsAre(StartsWith("SIP/2.0 100"), StartsWith("INVITE"), StartsWith("ACK"),
                                      "INVITE sip:soon@192.0.2.40 SIP/2.0 > 192.0.2.40:5060"));
    w.answer(w.last("INVITE"), 486, "c");
    EXPECT_EQ(w.count("INVITE sip:late@192.0.2.41 "), 1U);
    w.answer(w.last("INVITE"), 200, "d");
    EXPECT_EQ(w.count("SIP/2.0 200"), 1U);
    EXPECT_THAT(w.calls.log, ElementsAre("admit", "answered 200 sip:late@192.0.2.41"));
    EXPECT_TRUE(w.drained());
}

TEST(Redirection, InACircleEnds) {
    World w;
    w.receive(write({}));
    w.answer(w.last("INVITE"), 302, "b", "Contact: <sip:bob@192.0.2.40>\r\n");
    w.answer(w.last("INVITE"), 302, "b", "Contact: <sip:bob@192.0.2.20:5060>, <sip:bob@example.com>\r\n");
    EXPECT_EQ(w.count("INVITE"), 2U);
    EXPECT_EQ(w.count("SIP/2.0 302"), 1U);
    EXPECT_TRUE(w.drained());
}

TEST(Redirection, WithoutEndIsLimited) {
    World w;
    w.receive(write({}));
    for (int i = 0; i < 5; ++i) w.answer(w.last("INVITE"), 302, "b", "Contact: <sip:b" + std::to_string(i) + "@192.0.2.40>\r\n");
    EXPECT_EQ(w.count("INVITE"), 6U);
    w.answer(w.last("INVITE"), 302, "b", "Contact: <sip:b9@192.0.2.40>\r\n");
    EXPECT_EQ(w.count("SIP/2.0 302"), 1U);
    EXPECT_TRUE(w.drained());
}

// A stranger is not carried out of our domains by a phone that redirects (design rule 10).
TEST(Redirection, OfAStrangerStaysInside) {
    World w;
    w.trust = Trust::unknown;
    w.receive(write({}));
    w.answer(w.last("INVITE"), 302, "b", "Contact: <sip:premium@192.0.2.40>\r\n");
    EXPECT_EQ(w.count("INVITE"), 1U);
    EXPECT_EQ(w.count("SIP/2.0 302"), 1U);
    EXPECT_TRUE(w.drained());
}

TEST(Redirection, PassesUpstreamWhereItIsNotFollowed) {
    Config c = config();
    c.recurse_redirects = false;
    World w(c);
    w.receive(write({}));
    w.answer(w.last("INVITE"), 302, "b", "Contact: <sip:bob@192.0.2.40>\r\n");
    EXPECT_THAT(w.last("SIP/2.0 302").bytes, HasSubstr("<sip:bob@192.0.2.40>"));
}

// §18.1.1, and back to UDP where there is no TCP.
TEST(BigRequest, GoesOverTcpAndOverUdpWhenThatFails) {
    World w;
    w.receive(write({.body = std::string(1200, 'x')}));
    const Sent tcp = w.last("INVITE");
    EXPECT_EQ(tcp.to.protocol, Protocol::tcp);
    EXPECT_THAT(tcp.bytes, HasSubstr("Via: SIP/2.0/TCP 192.0.2.1:5060;"));
    EXPECT_THAT(Text(tcp.bytes).values(HeaderId::record_route),
                ElementsAre(HasSubstr(";transport=tcp;lr;oh="), ::testing::Not(HasSubstr("transport"))));  // RFC 5658: one for each side
    w.layer.on_send_failure(tcp.tag, transport::SendError::timed_out, w.now());
    const Sent udp = w.last("INVITE");
    EXPECT_EQ(udp.to.protocol, Protocol::udp);
    EXPECT_THAT(udp.bytes, HasSubstr("Via: SIP/2.0/UDP 192.0.2.1:5060;"));
    EXPECT_EQ(w.proxy.counters().failed_over, 1U);
    w.answer(udp, 200);
    EXPECT_EQ(w.count("SIP/2.0 200"), 1U);
    EXPECT_TRUE(w.drained());
}

TEST(BigRequest, StaysOnUdpToAPhoneBehindNat) {
    World w;
    location::Binding& binding = w.bind("carol", "sip:carol@10.0.0.5:5060");
    binding.behind_nat = true;
    binding.flow = flow_of("203.0.113.9:40000");
    w.receive(write({.uri = "sip:carol@example.com", .body = std::string(1500, 'x')}));
    EXPECT_EQ(w.last("INVITE").to.protocol, Protocol::udp);
    EXPECT_EQ(w.last("INVITE").to.remote.text(), "203.0.113.9:40000");
}

TEST(Failover, TriesTheNextAddress) {
    World w;
    w.names.table["gate.example"] = {*IpAddress::parse("192.0.2.51"), *IpAddress::parse("192.0.2.52"), *IpAddress::parse("192.0.2.53")};
    w.receive(write({.uri = "sip:x@gate.example"}));
    w.answer(w.last("INVITE"), 503);  // RFC 3263 §4.3
    EXPECT_EQ(w.last("INVITE").to.remote.text(), "192.0.2.52:5060");
    w.run_for(33s);  // silence
    EXPECT_EQ(w.last("INVITE").to.remote.text(), "192.0.2.53:5060");
    w.answer(w.last("INVITE"), 404);
    EXPECT_EQ(w.different("SIP/2.0 404"), 1U);
    EXPECT_TRUE(w.drained());
}

TEST(Failover, OfANameWithoutAddressesIsA500) {
    World w;
    w.names.later = true;
    w.receive(write({.uri = "sip:x@nowhere.example"}));
    EXPECT_THAT(w.left(), ElementsAre(StartsWith("SIP/2.0 100")));
    w.proxy.on_resolved(w.names.asked.at(0), {}, w.now());
    EXPECT_EQ(w.count("SIP/2.0 500"), 1U);
    EXPECT_TRUE(w.drained());
}

// §16.7 step 6.
TEST(BestResponse, IsTheLowestClassUnless6xx) {
    const auto best = [](std::initializer_list<int> statuses) {
        int kept = 0;
        for (const int status : statuses)
            if (is_better(status, kept)) kept = status;
        return kept;
    };
    EXPECT_EQ(best({503, 407, 501, 404}), 407);  // the RFC's example
    EXPECT_EQ(best({404, 486}), 404);
    EXPECT_EQ(best({404, 302}), 302);
    EXPECT_EQ(best({302, 600, 401}), 600);
    EXPECT_EQ(best({408, 487, 480}), 480);
    EXPECT_EQ(best({486, 484}), 484);
    EXPECT_EQ(best({503, 500}), 500);
    EXPECT_EQ(upstream_status(503), 500);
    EXPECT_EQ(upstream_status(504), 504);
}

}  // namespace
}  // namespace offhook::proxy::test
