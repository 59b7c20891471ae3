// The layer as a client: matching, ACK, CANCEL, failures, late answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "offhook/transaction/world_test.hpp"

namespace offhook::transaction {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using Failure = ClientUser::Failure;

std::string top_branch(const std::string& bytes) {
    message::Message m;
    if (!m.index(bytes)) return "unreadable";
    return std::string(message::parse_via(m.value(message::HeaderId::via))->branch);
}

TEST(LayerClient, ResendsAndTimesOut) {
    World w;
    w.start("INVITE");
    w.start("OPTIONS");
    w.run_until(40s);
    EXPECT_THAT(w.sender.instants("INVITE"), ElementsAre(0s, 500ms, 1500ms, 3500ms, 7500ms, 15500ms, 31500ms));
    EXPECT_THAT(w.sender.instants("OPTIONS"), SizeIs(11));
    EXPECT_THAT(w.failures, ElementsAre(Pair(Failure::timeout, 32s), Pair(Failure::timeout, 32s)));
    EXPECT_TRUE(w.empty());
}

TEST(LayerClient, BranchesAreUniqueAndBearTheirSuffix) {
    World w;
    w.start("OPTIONS");
    w.start("OPTIONS");
    const std::string a = top_branch(w.sender.sent[0].bytes), b = top_branch(w.sender.sent[1].bytes);
    EXPECT_NE(a, b);
    EXPECT_TRUE(a.starts_with("z9hG4bK") && a.ends_with("-suffix"));
    w.answer(0, 200);
    w.run_until(10s);
    w.start("OPTIONS");  // in the slot of the first one
    EXPECT_NE(top_branch(w.sender.sent.back().bytes), a);

    TimerWheel wheel{Instant{}};
    Layer restarted(TimerConfig{}, wheel, w.sender, w.observer, SipKey{7, 10});
    std::string branch;
    restarted.append_branch(branch, restarted.open(w, {}), "-suffix");
    EXPECT_NE(branch, a);
}

TEST(LayerClient, PassesProvisionalAndTheFirstFinalResponse) {
    World w;
    w.start("INVITE");
    for (const int status : {100, 180, 100, 183, 486, 486}) w.answer(0, status);
    EXPECT_THAT(w.responses, ElementsAre(100, 180, 183, 486));
    w.start("OPTIONS");
    const std::size_t options = w.sender.sent.size() - 1;
    for (const int status : {200, 200}) w.answer(options, status);
    EXPECT_THAT(w.responses, ElementsAre(100, 180, 183, 486, 200));
    w.drain();
    EXPECT_THAT(w.failures, IsEmpty());
    EXPECT_THAT(w.terminated, ElementsAre(5s, 32s));
    EXPECT_TRUE(w.empty());
}

// §17.1.1.3: built from the INVITE, over its flow, once for each failure that comes.
TEST(LayerClient, AcknowledgesFailures) {
    World w;
    w.start("INVITE");
    w.answer(0, 486, "busy");
    w.answer(0, 486, "busy");
    EXPECT_THAT(w.sender.instants("ACK sip:bob@example.com"), SizeIs(2));
    EXPECT_EQ(w.sender.sent[1].bytes, w.sender.sent[2].bytes);
    EXPECT_EQ(w.sender.sent[1].to, w.sender.sent[0].to);
    EXPECT_EQ(top_branch(w.sender.sent[1].bytes), top_branch(w.sender.sent[0].bytes));
    EXPECT_THAT(w.sender.sent[1].bytes, HasSubstr("To: <sip:bob@example.com>;tag=busy\r\n"));
    EXPECT_THAT(w.sender.sent[1].bytes, HasSubstr("CSeq: 1 ACK\r\n"));
}

TEST(LayerClient, PassesEvery2xxUpUntilTimerMThenDropsIt) {
    World w;
    w.start("INVITE");
    w.answer(0, 200, "x");
    w.run_until(31s);
    w.answer(0, 200, "y");
    w.run_until(32s);
    w.answer(0, 200, "y");
    EXPECT_THAT(w.responses, ElementsAre(200, 200));
    EXPECT_EQ(w.observer.causes[Cause::unmatched_response], 1);
    EXPECT_THAT(w.sender.sent, SizeIs(1));
    EXPECT_TRUE(w.empty());
}

TEST(LayerClient, DropsResponsesThatMatchNothing) {
    World w;
    w.start("OPTIONS");
    const std::string good = World::response(w.sender.sent[0].bytes, 200);
    const auto with = [&](std::string_view what, std::string_view by) {
        std::string s = good;
        s.replace(s.find(what), what.size(), by);
        return s;
    };
    const std::string branch = top_branch(good);
    std::string other_slot = branch;
    other_slot[14] = other_slot[14] == '0' ? '1' : '0';
    w.receive(with("-suffix", "-other"));
    w.receive(with("CSeq: 1 OPTIONS", "CSeq: 1 MESSAGE"));
    w.receive(with("CSeq: 1 OPTIONS", "CSeq: 1 CANCEL"));
    w.receive(with(branch, "z9hG4bK"));
    w.receive(with(branch, "z9hG4bKgggggggggggggggggggggggggggggggg"));
    w.receive(with(branch, "z9hG4bKffffffffffffffffffffffffffffffff"));
    w.receive(with(branch, other_slot));
    w.receive(with(";branch=" + branch, ""));
    EXPECT_THAT(w.responses, IsEmpty());
    EXPECT_EQ(w.observer.causes[Cause::unmatched_response], 8);
    w.receive(good);
    EXPECT_THAT(w.responses, ElementsAre(200));
}

TEST(LayerClient, CancelsAtOnceAfterAProvisionalResponse) {
    World w;
    const ClientId id = w.start("INVITE");
    w.answer(0, 180);
    w.layer.cancel(id, "SIP ;cause=200 ;text=\"Call completed elsewhere\"", w.now());
    w.layer.cancel(id, "", w.now());
    ASSERT_THAT(w.sender.sent, SizeIs(2));
    const std::string cancel = w.sender.sent[1].bytes;
    EXPECT_THAT(cancel, ::testing::StartsWith("CANCEL sip:bob@example.com SIP/2.0\r\n"));
    EXPECT_THAT(cancel, HasSubstr("Reason: SIP ;cause=200 ;text=\"Call completed elsewhere\"\r\n"));
    EXPECT_EQ(top_branch(cancel), top_branch(w.sender.sent[0].bytes));
    w.answer(1, 200);  // matched to the CANCEL, told to nobody
    w.answer(0, 487);
    EXPECT_THAT(w.responses, ElementsAre(180, 487));
    w.drain();
    EXPECT_THAT(w.sender.instants("CANCEL"), SizeIs(1));
    EXPECT_THAT(w.sender.instants("ACK"), SizeIs(1));
    EXPECT_TRUE(w.empty());
    EXPECT_THAT(w.observer.causes, IsEmpty());
}

TEST(LayerClient, CancelWaitsForAProvisionalResponse) {
    World w;
    const ClientId id = w.start("INVITE");
    w.layer.cancel(id, "", w.now());
    w.run_until(1s);
    EXPECT_THAT(w.sender.instants("CANCEL"), IsEmpty());
    w.answer(0, 100);
    EXPECT_THAT(w.sender.instants("CANCEL"), ElementsAre(1s));
    w.run_until(2s);
    EXPECT_THAT(w.sender.instants("CANCEL"), ElementsAre(1s, 1500ms));  // resent like any non-INVITE
    w.run_until(40s);
    EXPECT_THAT(w.failures, ElementsAre(Pair(Failure::timeout, 33s)));
    EXPECT_TRUE(w.empty());
}

// The callee answered while the CANCEL was under way: the 2xx passes up, and its user releases the call.
TEST(LayerClient, CancelRaceIsWonByA2xx) {
    World w;
    const ClientId id = w.start("INVITE");
    w.answer(0, 180);
    w.layer.cancel(id, "", w.now());
    w.answer(0, 200);
    w.answer(1, 481);
    EXPECT_THAT(w.responses, ElementsAre(180, 200));
    w.layer.cancel(id, "", w.now());
    EXPECT_THAT(w.sender.instants("CANCEL"), SizeIs(1));
    w.drain();
    EXPECT_THAT(w.failures, IsEmpty());
    EXPECT_TRUE(w.empty());
}

TEST(LayerClient, OnlyAnInviteIsCancelled) {
    World w;
    const ClientId id = w.start("OPTIONS");
    w.answer(0, 100);
    w.layer.cancel(id, "", w.now());
    EXPECT_THAT(w.sender.instants("CANCEL"), IsEmpty());
}

TEST(LayerClient, ReportsATransportErrorInALaterTurn) {
    World w;
    w.start("INVITE");
    w.start("OPTIONS");
    EXPECT_THAT(w.failures, IsEmpty());
    for (const Sent& s : std::vector<Sent>(w.sender.sent)) w.layer.on_send_failure(s.tag, transport::SendError::refused, w.now());
    EXPECT_THAT(w.failures, ElementsAre(Pair(Failure::transport_error, 0s), Pair(Failure::transport_error, 0s)));
    for (const Sent& s : std::vector<Sent>(w.sender.sent)) w.layer.on_send_failure(s.tag, transport::SendError::refused, w.now());
    EXPECT_THAT(w.failures, SizeIs(2));
    EXPECT_TRUE(w.empty());
}

// The answer was told already: what fails afterwards only ends the transaction.
TEST(LayerClient, AnAckThatCannotLeaveIsNoSecondResult) {
    World w;
    w.start("INVITE");
    w.answer(0, 486);
    w.layer.on_send_failure(w.sender.sent[1].tag, transport::SendError::refused, w.now());
    EXPECT_THAT(w.failures, IsEmpty());
    EXPECT_THAT(w.terminated, SizeIs(1));
    EXPECT_TRUE(w.empty());
}

TEST(LayerClient, OverAStreamNothingIsResentAndNothingLingers) {
    World w(transport::Protocol::tcp);
    w.start("INVITE");
    w.start("OPTIONS");
    w.run_until(10s);
    EXPECT_THAT(w.sender.sent, SizeIs(2));
    w.answer(0, 486);
    w.answer(1, 200);
    w.run_until(10s);
    EXPECT_TRUE(w.empty());
    EXPECT_THAT(w.sender.instants("ACK"), SizeIs(1));
}

// The INVITE's end is the CANCEL's too: over a stream its answer, if it is still to come, interests nobody.
TEST(LayerClient, ACancelDoesNotOutliveItsInvite) {
    World w(transport::Protocol::tcp);
    const ClientId id = w.start("INVITE");
    w.answer(0, 180);
    w.layer.cancel(id, "", w.now());
    EXPECT_EQ(w.layer.client_count(), 2u);
    w.answer(0, 487);
    w.run_until(0s);
    EXPECT_TRUE(w.empty());
}

TEST(LayerClient, ACancelThatCannotLeaveLeavesTheInviteToItsLimit) {
    World w;
    const ClientId id = w.start("INVITE");
    w.answer(0, 180);
    w.layer.cancel(id, "", w.now());
    w.layer.on_send_failure(w.sender.sent[1].tag, transport::SendError::refused, w.now());
    EXPECT_THAT(w.failures, IsEmpty());
    EXPECT_EQ(w.layer.client_count(), 1u);
    w.drain();
    EXPECT_THAT(w.failures, ElementsAre(Pair(Failure::timeout, 32s)));
    EXPECT_TRUE(w.empty());
}

TEST(LayerClient, AbandonedReportsNothing) {
    World w;
    w.layer.abandon(w.layer.open(w, {}));
    EXPECT_EQ(w.layer.client_count(), 0u);
    const ClientId options = w.start("OPTIONS"), invite = w.start("INVITE");
    w.answer(1, 180);
    w.layer.abandon(options);
    w.layer.abandon(invite);
    w.answer(0, 200);
    EXPECT_THAT(w.sender.instants("CANCEL"), SizeIs(1));
    w.drain();
    EXPECT_THAT(w.responses, ElementsAre(180));
    EXPECT_THAT(w.failures, IsEmpty());
    EXPECT_THAT(w.terminated, IsEmpty());
    EXPECT_TRUE(w.empty());
}

// Whatever a user does from inside a report is safe.
struct Meddler : World {
    explicit Meddler(transport::Protocol p) : World(p) {}
    void on_response(ClientId id, Handle, const message::Message& r, const transport::Flow&, Now at) override {
        responses.push_back(r.status());
        layer.cancel(id, "", at);
        layer.abandon(id);
        start("OPTIONS");
    }
    void on_failure(ClientId id, Handle, Failure f, Now at) override {
        failures.emplace_back(f, sender.now);
        layer.cancel(id, "", at);
        layer.abandon(id);
        if (failures.size() < 4) start("INVITE");
    }
};

TEST(LayerClient, UsersMayActFromInsideAReport) {
    for (const auto protocol : {transport::Protocol::udp, transport::Protocol::tcp}) {
        Meddler w(protocol);
        for (const int status : {180, 200, 486}) {
            w.start("INVITE");
            w.answer(w.sender.sent.size() - 1, status);
        }
        EXPECT_THAT(w.responses, SizeIs(3));
        w.run_until(1000s);
        EXPECT_TRUE(w.empty());
        EXPECT_THAT(w.failures, SizeIs(::testing::Ge(4u)));
    }
}

}  // namespace
}  // namespace offhook::transaction
