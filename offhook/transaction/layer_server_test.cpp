// The layer as a server: retransmissions, ACK, CANCEL, several 2xx, peers of RFC 2543.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "offhook/transaction/world_test.hpp"

namespace offhook::transaction {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::string tag_of(const std::string& response) {
    message::Message m;
    return m.index(response) ? std::string(message::parse_name_addr(m.value(message::HeaderId::to))->tag()) : "unreadable";
}

TEST(LayerServer, HandsOverARequestOnceAndResendsTheLastResponse) {
    World w;
    const std::string options = World::request("OPTIONS");
    w.receive(options);
    w.receive(options);
    ASSERT_THAT(w.requests, SizeIs(1));
    EXPECT_THAT(w.sender.sent, IsEmpty());
    EXPECT_TRUE(w.layer.respond(*w.requests[0], 200, w.now()));
    w.receive(options);
    EXPECT_THAT(w.sender.lines(), ElementsAre("SIP/2.0 200 OK", "SIP/2.0 200 OK"));
    EXPECT_EQ(w.sender.sent[0].bytes, w.sender.sent[1].bytes);
    w.requests.clear();
    w.drain();
    EXPECT_TRUE(w.empty());
    EXPECT_THAT(w.sender.sent, SizeIs(2));
}

TEST(LayerServer, MarksTheTopViaWithItsSource) {
    World w;
    w.flow.remote = *Endpoint::parse("198.51.100.7:40000");
    w.receive(World::request("OPTIONS", {.branch = ";branch=z9hG4bKx;rport", .via_host = "10.0.0.1"}));
    ASSERT_THAT(w.requests, SizeIs(1));
    EXPECT_THAT(w.requests[0]->bytes, HasSubstr("10.0.0.1;branch=z9hG4bKx;received=198.51.100.7;rport=40000\r\n"));
    EXPECT_EQ(w.requests[0]->message.bytes().data(), w.requests[0]->bytes.data());
    w.layer.respond(*w.requests[0], 200, w.now());
    EXPECT_EQ(w.sender.sent[0].to.remote, *Endpoint::parse("198.51.100.7:40000"));
}

TEST(LayerServer, AnswersToTheSentByPortWhereNoRportWasAsked) {
    World w;
    w.flow.remote = *Endpoint::parse("198.51.100.7:40000");
    w.receive(World::request("OPTIONS", {.via_host = "10.0.0.1:5070"}));
    w.layer.respond(*w.requests[0], 200, w.now());
    EXPECT_EQ(w.sender.sent[0].to.remote, *Endpoint::parse("198.51.100.7:5070"));
}

TEST(LayerServer, TellsTransactionsApartByBranchSentByAndMethod) {
    World w;
    w.receive(World::request("OPTIONS"));
    w.receive(World::request("MESSAGE"));
    w.receive(World::request("OPTIONS", {.branch = ";branch=z9hG4bKtwo"}));
    w.receive(World::request("OPTIONS", {.via_host = "192.0.2.9:5062"}));
    w.receive(World::request("OPTIONS", {.via_host = "192.0.2.8"}));
    EXPECT_THAT(w.requests, SizeIs(5));
    EXPECT_EQ(w.layer.server_count(), 5u);
}

TEST(LayerServer, Sends100WhenTheUserIsSlow) {
    World w;
    w.receive(World::request("INVITE"));
    w.receive(World::request("OPTIONS"));
    w.run_until(10s);
    EXPECT_THAT(w.sender.instants("SIP/2.0 100"), ElementsAre(200ms, 3500ms));
    EXPECT_THAT(w.sender.lines(), ElementsAre("SIP/2.0 100 Trying", "SIP/2.0 100 Trying"));
    EXPECT_EQ(tag_of(w.sender.sent[0].bytes), "");
    w.receive(World::request("INVITE"));
    EXPECT_THAT(w.sender.sent, SizeIs(3));
}

TEST(LayerServer, ResendsAFailureUntilItsAckWhichIsAbsorbed) {
    World w;
    w.receive(World::request("INVITE"));
    w.layer.respond(*w.requests[0], 486, w.now());
    w.requests.clear();
    w.run_until(2s);
    w.receive(World::request("ACK", {.to_tag = "whatever"}));
    w.receive(World::request("ACK", {.to_tag = "whatever"}));
    w.receive(World::request("INVITE"));
    EXPECT_THAT(w.acks, IsEmpty());
    w.drain();
    EXPECT_THAT(w.sender.instants("SIP/2.0 486"), ElementsAre(0s, 500ms, 1500ms));
    EXPECT_TRUE(w.empty());
}

TEST(LayerServer, PassesSeveral2xxAndTheirAcks) {
    World w;
    w.receive(World::request("INVITE"));
    const ServerId id = w.requests[0]->transaction;
    const std::string& invite = w.requests[0]->bytes;
    const std::string first = World::response(invite, 200, "x"), second = World::response(invite, 200, "y"), busy = World::response(invite, 486);
    EXPECT_TRUE(w.layer.respond(id, 200, first, w.now()));
    w.requests.clear();
    w.run_until(1s);
    EXPECT_TRUE(w.layer.respond(id, 200, second, w.now()));
    EXPECT_TRUE(w.layer.respond(id, 486, busy, w.now()));
    w.receive(World::request("INVITE"));
    w.receive(World::request("ACK", {.branch = ";branch=z9hG4bKack", .to_tag = "x"}));  // §13.2.2.4: a transaction of its own
    w.receive(World::request("ACK", {.to_tag = "y"}));                                   // of a peer that reuses the branch
    EXPECT_THAT(w.acks, SizeIs(2));
    EXPECT_FALSE(w.acks[0]->transaction);
    EXPECT_THAT(w.sender.instants("SIP/2.0"), ElementsAre(0s, 1s));
    EXPECT_EQ(w.sender.sent[1].bytes, second);
    w.run_until(31999ms);
    EXPECT_TRUE(w.layer.alive(id));
    w.run_until(32s);
    EXPECT_FALSE(w.layer.alive(id));
    EXPECT_FALSE(w.layer.respond(id, 200, second, w.now()));
    w.acks.clear();
    EXPECT_TRUE(w.empty());
}

TEST(LayerServer, CancelIsAnsweredThenReported) {
    World w;
    w.receive(World::request("INVITE"));
    const ServerId id = w.requests[0]->transaction;
    w.receive(World::request("CANCEL"));
    w.receive(World::request("CANCEL"));
    EXPECT_THAT(w.cancels, ElementsAre(id));
    w.layer.respond(*w.requests[0], 487, w.now());
    EXPECT_THAT(w.sender.lines(), ElementsAre("SIP/2.0 200 OK", "SIP/2.0 200 OK", "SIP/2.0 487 Request Terminated"));
    // §9.2: the To tag of both is the same.
    EXPECT_EQ(tag_of(w.sender.sent[0].bytes), tag_of(w.sender.sent[2].bytes));
    EXPECT_THAT(tag_of(w.sender.sent[0].bytes), SizeIs(16));
    EXPECT_EQ(tag_of(w.sender.sent[0].bytes), w.layer.local_tag(w.requests[0]->message));
    w.requests.clear();
    w.drain();
    EXPECT_TRUE(w.empty());
}

TEST(LayerServer, CancelThatComesTooLateIsAnsweredButNotReported) {
    for (const int status : {200, 486}) {
        World w;
        w.receive(World::request("INVITE"));
        w.layer.respond(*w.requests[0], status, w.now());
        w.receive(World::request("CANCEL"));
        EXPECT_THAT(w.cancels, IsEmpty());
        EXPECT_EQ(w.sender.sent.back().first_line(), "SIP/2.0 200 OK");
    }
}

TEST(LayerServer, UnmatchedCancelGets481) {
    World w;
    w.receive(World::request("CANCEL"));
    EXPECT_THAT(w.sender.lines(), ElementsAre("SIP/2.0 481 Call/Transaction Does Not Exist"));
    EXPECT_EQ(w.observer.causes[Cause::unmatched_cancel], 1);
    w.drain();
    EXPECT_TRUE(w.empty());
}

TEST(LayerServer, StrayAckIsHandedToItsUser) {
    World w;
    w.receive(World::request("ACK", {.to_tag = "b"}));
    ASSERT_THAT(w.acks, SizeIs(1));
    w.acks.clear();
    EXPECT_THAT(w.sender.sent, IsEmpty());
    EXPECT_TRUE(w.empty());
}

TEST(LayerServer, ARequestDestroyedUnansweredIsAnsweredWith500) {
    World w;
    w.receive(World::request("OPTIONS"));
    w.receive(World::request("INVITE"));
    w.run_until(1s);
    w.requests.clear();
    EXPECT_THAT(w.sender.instants("SIP/2.0 500"), ElementsAre(1s, 1s));
    w.drain();
    EXPECT_TRUE(w.empty());
}

TEST(LayerServer, ARequestAnsweredByItsTransactionIsJustGivenBack) {
    World w;
    w.receive(World::request("OPTIONS"));
    w.layer.respond(w.requests[0]->transaction, 200, World::response(w.requests[0]->bytes, 200), w.now());
    w.requests.clear();
    EXPECT_THAT(w.sender.lines(), ElementsAre("SIP/2.0 200 OK"));
}

TEST(LayerServer, ARequestMayOutliveItsLayer) {
    std::vector<RequestPtr> kept;
    {
        World w;
        w.receive(World::request("OPTIONS"));
        kept = std::move(w.requests);
    }
    EXPECT_EQ(kept[0]->layer, nullptr);
}

TEST(LayerServer, OverAStreamNothingLingersButAccepted) {
    World w(transport::Protocol::tcp);
    w.receive(World::request("OPTIONS"));
    w.receive(World::request("INVITE"));
    w.layer.respond(*w.requests[0], 200, w.now());
    w.layer.respond(*w.requests[1], 486, w.now());
    w.requests.clear();
    w.receive(World::request("ACK"));
    w.run_until(0s);
    EXPECT_TRUE(w.empty());
    EXPECT_THAT(w.sender.sent, SizeIs(2));
}

TEST(LayerServer, ATransportErrorEndsANonInviteOnly) {
    World w;
    w.receive(World::request("OPTIONS"));
    w.receive(World::request("INVITE"));
    w.layer.respond(*w.requests[0], 200, w.now());
    w.layer.respond(*w.requests[1], 486, w.now());
    for (const Sent& s : std::vector<Sent>(w.sender.sent)) w.layer.on_send_failure(s.tag, transport::SendError::refused, w.now());
    EXPECT_EQ(w.layer.server_count(), 1u);
    w.requests.clear();
    w.drain();
    EXPECT_TRUE(w.empty());
}

TEST(LayerServer, NoneOfWhatRfc4320ForbidsLeaves) {
    World w;
    w.receive(World::request("OPTIONS"));
    w.layer.respond(*w.requests[0], 180, w.now());
    w.layer.respond(*w.requests[0], 408, w.now());
    w.requests.clear();
    w.drain();
    EXPECT_THAT(w.sender.sent, IsEmpty());
    EXPECT_TRUE(w.empty());
}

// §17.2.3: without the cookie a transaction is known by Request-URI, tags, Call-ID, CSeq and the whole top Via.
class Rfc2543Peers : public ::testing::TestWithParam<std::string_view> {};

TEST_P(Rfc2543Peers, AreMatchedByTheirHeaderFields) {
    World w;
    const std::string_view branch = GetParam();
    const std::string invite = World::request("INVITE", {.branch = branch});
    w.receive(invite);
    w.receive(invite);
    ASSERT_THAT(w.requests, SizeIs(1));
    w.receive(World::request("INVITE", {.branch = branch, .cseq = "2"}));
    ASSERT_THAT(w.requests, SizeIs(2));
    w.receive(World::request("CANCEL", {.branch = branch}));
    EXPECT_THAT(w.cancels, ElementsAre(w.requests[0]->transaction));
    w.layer.respond(*w.requests[0], 487, w.now());
    const std::string tag = tag_of(w.sender.sent.back().bytes);
    w.receive(World::request("ACK", {.branch = branch, .to_tag = "another"}));  // not of this response
    EXPECT_THAT(w.acks, SizeIs(1));
    w.receive(World::request("ACK", {.branch = branch, .to_tag = tag}));
    w.receive(World::request("ACK", {.branch = branch, .to_tag = tag}));
    EXPECT_THAT(w.acks, SizeIs(1));
    w.requests.clear();
    w.acks.clear();
    w.receive(World::request("ACK", {.branch = branch, .cseq = "2"}));
    w.acks.clear();
    w.drain();
    EXPECT_TRUE(w.empty());
    EXPECT_THAT(w.sender.instants("SIP/2.0 487"), SizeIs(1));
}

INSTANTIATE_TEST_SUITE_P(Branches, Rfc2543Peers, ::testing::Values("", ";branch=1", ";branch=Z9HG4BK-upper-case"));

// A re-INVITE's ACK bears the tag that its INVITE bore.
TEST(LayerServer, Rfc2543ReInviteIsAcknowledged) {
    World w;
    w.receive(World::request("INVITE", {.branch = "", .to_tag = "t"}));
    w.layer.respond(*w.requests[0], 488, w.now());
    w.receive(World::request("ACK", {.branch = "", .to_tag = "t"}));
    EXPECT_THAT(w.acks, IsEmpty());
    w.requests.clear();
    w.run_until(1s);
    EXPECT_THAT(w.sender.sent, SizeIs(1));
}

std::string numbered(std::string_view method, int n, std::string_view to_tag = "") {
    return World::request(method, {.branch = ";branch=z9hG4bK" + std::to_string(n), .to_tag = to_tag});
}

// Design rule 11: unanswered requests and those that only absorb retransmissions count alike.
TEST(LayerServer, AFloodIsBoundedAndRefusedWithoutTransactions) {
    World w;
    transport::Admission admission;
    w.layer.set_admission(admission);
    w.layer.set_limits({.transactions = 8});
    for (int n = 0; n < 1000; ++n) {
        w.receive(numbered("INVITE", n));
        w.layer.respond(*w.requests[0], 486, w.now());
    }
    EXPECT_EQ(w.layer.server_count(), 8u);
    EXPECT_EQ(w.layer.request_count(), 8u);
    EXPECT_THAT(w.sender.instants("SIP/2.0 503"), SizeIs(992));
    EXPECT_THAT(w.sender.sent.back().bytes, Not(HasSubstr("Retry-After")));
    EXPECT_EQ(w.sender.sent.back().tag.kind, transport::SendTag::Kind::none);
    EXPECT_EQ(admission.refused_for_room(), 992u);
    EXPECT_THAT(w.observer.notes, SizeIs(1));  // no time has passed
    const std::string refused = w.sender.sent.back().bytes;
    w.receive(numbered("INVITE", 999));
    EXPECT_EQ(w.sender.sent.back().bytes, refused);  // the same To tag too

    w.requests.clear();
    w.drain();
    EXPECT_TRUE(w.empty());
    w.receive(numbered("INVITE", 2000));
    EXPECT_THAT(w.requests, SizeIs(1));
}

TEST(LayerServer, AtItsLimitCallsInProgressGoOnAndEnd) {
    World w;
    w.layer.set_limits({.transactions = 8});
    for (int n = 0; n < 8; ++n) w.receive(numbered("INVITE", n));
    w.receive(numbered("INVITE", 0));  // a retransmission needs no room
    EXPECT_THAT(w.sender.sent, IsEmpty());
    for (int n = 8; n < 11; ++n) w.receive(numbered("BYE", n, "b"));
    EXPECT_THAT(w.requests, SizeIs(10));
    EXPECT_THAT(w.sender.lines(), ElementsAre("SIP/2.0 503 Service Unavailable"));
    w.receive(numbered("ACK", 11, "b"));
    EXPECT_THAT(w.acks, SizeIs(1));
    EXPECT_EQ(w.layer.server_count(), 10u);
}

TEST(LayerServer, AtItsLimitACancelIsAnsweredWithoutATransaction) {
    World w;
    w.layer.set_limits({.transactions = 8});
    for (int n = 0; n < 8; ++n) w.receive(numbered("INVITE", n));
    w.receive(numbered("CANCEL", 3));
    w.receive(numbered("CANCEL", 9));
    EXPECT_THAT(w.cancels, ElementsAre(w.requests[3]->transaction));
    EXPECT_THAT(w.sender.lines(), ElementsAre("SIP/2.0 200 OK", "SIP/2.0 481 Call/Transaction Does Not Exist"));
    w.layer.respond(*w.requests[3], 487, w.now());
    w.receive(numbered("CANCEL", 3));
    EXPECT_THAT(w.cancels, SizeIs(1));
    EXPECT_EQ(tag_of(w.sender.sent[0].bytes), tag_of(w.sender.sent[2].bytes));  // §9.2: the CANCEL's and the INVITE's
    EXPECT_EQ(w.layer.server_count(), 8u);
}

TEST(LayerServer, ClientTransactionsCountToo) {
    World w;
    w.layer.set_limits({.transactions = 8});
    for (int n = 0; n < 8; ++n) w.start("OPTIONS");
    w.receive(numbered("OPTIONS", 0));
    EXPECT_THAT(w.requests, IsEmpty());
    EXPECT_EQ(w.sender.sent.back().first_line(), "SIP/2.0 503 Service Unavailable");
}

}  // namespace
}  // namespace offhook::transaction
