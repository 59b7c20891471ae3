// What accounting decides of a call: that it waits, that it is refused, that it is over.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "offhook/proxy/world_test.hpp"

namespace offhook::proxy::test {
namespace {

using dialog::Direction;
using message::HeaderId;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::string_view reason = "SIP;cause=402";

struct Waiting : World {
    explicit Waiting(const Parts& parts = {}) {
        calls.somebody_pays = true;
        receive(write(parts));
    }
    void decide(const std::optional<dialog::Refusal>& refusal = {}) { proxy.admitted(calls.asked.front(), refusal, now()); }
};

TEST(ChargedCall, IsForwardedWhenItIsAllowed) {
    Waiting w;
    EXPECT_THAT(w.left(), IsEmpty());
    EXPECT_EQ(w.calls.asked_for, "sip:bob@example.com");
    w.run_for(200ms);
    EXPECT_THAT(w.left(), ElementsAre("SIP/2.0 100 Trying > 192.0.2.10:5060"));  // whatever waits (§17.2.1)
    w.receive(write({}));                                                        // retransmitted
    EXPECT_THAT(w.left(), ElementsAre("SIP/2.0 100 Trying > 192.0.2.10:5060"));
    EXPECT_FALSE(w.proxy.idle());
    w.decide();
    EXPECT_THAT(w.left(), Contains("INVITE sip:bob@192.0.2.20:5060 SIP/2.0 > 192.0.2.20:5060"));
    w.answer(w.last("INVITE"), 200);
    w.receive(w.in_dialog(w.last("SIP/2.0 200"), "ACK", 1));
    EXPECT_THAT(w.calls.log, ElementsAre("admit", "answered 200 sip:bob@192.0.2.20:5060", "passed ACK"));
    EXPECT_TRUE(w.drained());
}

TEST(ChargedCall, IsRefusedWithAWarning) {
    Waiting w;
    w.decide(dialog::Refusal{402, "The credit does not pay for this call"});
    EXPECT_EQ(Text(w.last("SIP/2.0 402 Payment Required").bytes).value(HeaderId::warning), "399 example.com \"The credit does not pay for this call\"");
    EXPECT_EQ(w.count("INVITE"), 0U);
    EXPECT_THAT(w.calls.log, ElementsAre("admit", "refused 402"));
    EXPECT_EQ(w.observer.causes[Cause::forbidden], 1);
    EXPECT_TRUE(w.drained());

    Waiting nobody;
    nobody.decide(dialog::Refusal{503, "Nobody can be asked"});
    EXPECT_THAT(nobody.last("SIP/2.0 503").bytes, HasSubstr("Retry-After: 5\r\n"));
}

TEST(ChargedCall, ThatIsCancelledMeanwhileIsNotForked) {
    Waiting w;
    Parts cancel;
    cancel.method = "CANCEL";
    cancel.contact.clear();
    w.receive(write(cancel));
    EXPECT_THAT(w.left(), ElementsAre("SIP/2.0 200 OK > 192.0.2.10:5060", "SIP/2.0 487 Request Terminated > 192.0.2.10:5060"));
    w.decide();
    EXPECT_EQ(w.count("INVITE"), 0U);
    EXPECT_THAT(w.calls.log, ElementsAre("admit", "cancelled", "refused 487"));
    EXPECT_TRUE(w.drained());
    w.decide();  // and when everything is gone
    EXPECT_EQ(w.count("INVITE"), 0U);
}

TEST(ChargedCall, WaitsForItsTurnEvenIfItCannotBeMade) {
    Parts nobody;
    nobody.uri = "sip:nobody@example.com";
    Waiting w(nobody);
    w.decide();
    EXPECT_THAT(w.left(), ElementsAre("SIP/2.0 404 Not Found > 192.0.2.10:5060"));
}

// Somebody else's 302 would make the caller pay for another destination than the one that was asked about.
TEST(ChargedCall, IsRedirectedByTheCallerAlone) {
    Waiting w;
    w.decide();
    w.answer(w.last("INVITE"), 302, "b", "Contact: <sip:carol@example.com>\r\n");
    EXPECT_THAT(w.left(), Contains("SIP/2.0 302 Moved Temporarily > 192.0.2.10:5060"));
    EXPECT_EQ(w.different("INVITE"), 1U);
}

// So would a binding that leads back to us and out of here by a static route.
TEST(ChargedCall, IsNotLedOutByAnotherUsersBinding) {
    for (const bool somebody_pays : {true, false}) {
        Config c = config();
        c.routes = {{.domain = {}, .user_prefix = {}, .unknown = true, .next_hop = "sip:192.0.2.70"}};
        World w(c);
        w.bindings.sets.clear();
        w.bind("bob", "sip:+8821234@example.com");
        w.calls.somebody_pays = somebody_pays;
        w.receive(write({}));
        if (somebody_pays) w.proxy.admitted(w.calls.asked.front(), {}, w.now());
        const Sent spiral = w.last("INVITE sip:+8821234@example.com");
        ASSERT_EQ(spiral.to.remote.text(), "192.0.2.1:5060");
        std::ignore = w.left();
        w.receive(spiral.bytes, "192.0.2.1:5060");
        EXPECT_THAT(w.left(), Contains(HasSubstr(somebody_pays ? "SIP/2.0 404 " : " > 192.0.2.70:5060")));
        w.run_for(400s);
    }
}

// §16.4: what is paid for is where it goes, not what a strict router or somebody who plays one wrote into the Request-URI.
TEST(ChargedCall, IsAskedAboutWhereItReallyGoes) {
    Parts strict;
    strict.uri = "sip:192.0.2.1:5060;lr;oh=0123456789abcdef";
    strict.headers = "Route: <sip:carol@example.com>\r\n";
    Waiting w(strict);
    EXPECT_EQ(w.calls.asked_for, "sip:carol@example.com");
}

// The BYE that the server says ---------------------------------------------------------------------------------------------------

struct Talking : World {
    explicit Talking(const Parts& parts = {}, const std::string& answer_headers = {}) {
        receive(write(parts));
        answer(last("INVITE"), 200, "b", answer_headers);
        const Sent ok = last("SIP/2.0 200");
        receive(in_dialog(ok, "ACK", 1));
        std::ignore = left();
        calls.log.clear();
        state = dialog::from_answer(Text(write(parts)).message, Text(ok.bytes).message, {}, now());
    }
    bool hang_up(Direction from) {
        state.side(from).cseq += 1;
        return proxy.hang_up({Handle{1, 1}, from}, state, reason, now());
    }
    dialog::DialogState state;
};

TEST(HangingUp, SendsEachSideWhatTheOtherWouldHaveSent) {
    for (const Direction from : {Direction::from_caller, Direction::from_callee}) {
        Talking w;
        const bool forth = from == Direction::from_caller;
        ASSERT_TRUE(w.hang_up(from));
        EXPECT_THAT(w.left(), ElementsAre(forth ? "BYE sip:bob@192.0.2.20:5060 SIP/2.0 > 192.0.2.20:5060"
                                                : "BYE sip:alice@192.0.2.10:5060 SIP/2.0 > 192.0.2.10:5060"));
        const Sent sent = w.last("BYE");
        const Text bye(sent.bytes);
        EXPECT_EQ(bye.message.from_tag(), forth ? "a" : "b");
        EXPECT_EQ(bye.message.to_tag(), forth ? "b" : "a");
        EXPECT_THAT(bye.value(HeaderId::from), HasSubstr(forth ? "sip:alice@example.com" : "sip:bob@example.com"));
        EXPECT_EQ(bye.value(HeaderId::cseq), forth ? "2 BYE" : "1 BYE");
        EXPECT_EQ(bye.value(HeaderId::call_id), "call1");
        EXPECT_EQ(bye.value(HeaderId::reason), reason);
        EXPECT_THAT(bye.values(HeaderId::via), ElementsAre(HasSubstr("192.0.2.1:5060")));
        EXPECT_THAT(bye.values(HeaderId::route), IsEmpty());  // ours was the only one, and has done its work
        EXPECT_FALSE(w.proxy.idle());
        w.answer(sent, 200);
        EXPECT_THAT(w.left(), IsEmpty());
        EXPECT_THAT(w.calls.log, ElementsAre(forth ? "caller's BYE got 200" : "callee's BYE got 200"));
        EXPECT_TRUE(w.proxy.idle());
        EXPECT_TRUE(w.drained());
    }
}

TEST(HangingUp, IsRepeatedUntilItIsAnsweredAndThenTold) {
    Talking w;
    ASSERT_TRUE(w.hang_up(Direction::from_caller));
    w.run_for(1600ms);
    EXPECT_EQ(w.count("BYE"), 3U);
    EXPECT_EQ(w.different("BYE"), 1U);
    w.answer(w.last("BYE"), 500);
    EXPECT_THAT(w.calls.log, ElementsAre("caller's BYE got 500"));
    ASSERT_TRUE(w.hang_up(Direction::from_caller));
    w.run_for(40s);
    EXPECT_THAT(w.calls.log, ElementsAre("caller's BYE got 500", "caller's BYE got 408"));
    EXPECT_THAT(w.left(), Not(Contains(::testing::StartsWith("SIP/2.0"))));
    EXPECT_TRUE(w.drained());
}

// A caller writes his own Record-Route into the INVITE: our name stands in it, then an element that would take the BYE for itself.
TEST(HangingUp, BeginsAtTheRouteThatWeWrote) {
    const std::string token = Text(Talking().last("INVITE").bytes).values(HeaderId::record_route).at(0);
    for (const std::string& made_up : {std::string("<sip:example.com;lr>"), std::string("<sip:192.0.2.1;lr;oh=0123456789abcdef>"), token}) {
        Parts parts;
        parts.headers = "Record-Route: <sip:192.0.2.99;lr>, " + made_up + "\r\n";
        Talking w(parts);
        ASSERT_TRUE(w.hang_up(Direction::from_caller));
        EXPECT_THAT(w.left(), ElementsAre("BYE sip:bob@192.0.2.20:5060 SIP/2.0 > 192.0.2.20:5060")) << made_up;
        EXPECT_THAT(Text(w.last("BYE").bytes).values(HeaderId::route), IsEmpty()) << made_up;
        w.run_for(400s);
    }
}

// The route set of a side has what lies between it and us as well: its BYE has passed that when it comes here.
TEST(HangingUp, GoesThroughTheProxiesOfTheOtherSideOnly) {
    Parts parts;
    parts.headers = "Record-Route: <sip:192.0.2.99;lr>\r\n";
    Talking w(parts);
    ASSERT_TRUE(w.hang_up(Direction::from_caller));
    EXPECT_THAT(Text(w.last("BYE").bytes).values(HeaderId::route), IsEmpty());
    EXPECT_THAT(w.left(), ElementsAre("BYE sip:bob@192.0.2.20:5060 SIP/2.0 > 192.0.2.20:5060"));
    ASSERT_TRUE(w.hang_up(Direction::from_callee));
    EXPECT_THAT(Text(w.last("BYE").bytes).values(HeaderId::route), ElementsAre("<sip:192.0.2.99;lr>"));
    EXPECT_THAT(w.left(), ElementsAre("BYE sip:alice@192.0.2.10:5060 SIP/2.0 > 192.0.2.99:5060"));
}

TEST(HangingUp, ReachesAPhoneOverTheFlowThatItCalledBy) {
    World w;
    const Flow flow = flow_of("192.0.2.10:40000", Protocol::tcp);
    w.sender.connections.insert(flow.connection.slot);
    Parts parts;
    parts.via = "SIP/2.0/TCP 192.0.2.10:5060;branch=z9hG4bKa1";
    w.receive(write(parts), flow);
    w.answer(w.last("INVITE"), 200);
    const Sent ok = w.last("SIP/2.0 200");
    dialog::DialogState state = dialog::from_answer(Text(write(parts)).message, Text(ok.bytes).message, {}, w.now());
    state.callee.cseq = 1;
    std::ignore = w.left();
    ASSERT_TRUE(w.proxy.hang_up({Handle{1, 1}, Direction::from_callee}, state, reason, w.now()));
    EXPECT_EQ(w.last("BYE").to.connection, flow.connection);
    EXPECT_THAT(w.left(), ElementsAre("BYE sip:alice@192.0.2.10:5060 SIP/2.0 > 192.0.2.10:40000"));
    w.run_for(400s);
}

TEST(HangingUp, WhereNobodyCanBeReachedIsSaidAtOnce) {
    Parts parts;
    parts.contact = "<sip:alice@nowhere.example>";
    Talking w(parts);
    EXPECT_FALSE(w.hang_up(Direction::from_callee));
    EXPECT_THAT(w.calls.log, IsEmpty());
    w.state.set_contact(Direction::from_caller, "not a URI");
    EXPECT_FALSE(w.hang_up(Direction::from_callee));
    w.state.set_contact(Direction::from_caller, "");
    EXPECT_FALSE(w.hang_up(Direction::from_callee));
    EXPECT_TRUE(w.drained());
}

}  // namespace
}  // namespace offhook::proxy::test
