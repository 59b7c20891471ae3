// One caller, one callee: RFC 3261 §16 step by step, over the real transaction layer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "offhook/proxy/world_test.hpp"

namespace offhook::proxy::test {
namespace {

using message::HeaderId;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST(Call, IsSetUpAndReleased) {
    World w;
    w.receive(write({}));
    EXPECT_THAT(w.left(), ElementsAre("SIP/2.0 100 Trying > 192.0.2.10:5060", "INVITE sip:bob@192.0.2.20:5060 SIP/2.0 > 192.0.2.20:5060"));
    w.answer(w.last("INVITE"), 180);
    w.answer(w.last("INVITE"), 200);
    EXPECT_THAT(w.left(), ElementsAre("SIP/2.0 180 Ringing > 192.0.2.10:5060", "SIP/2.0 200 OK > 192.0.2.10:5060"));
    EXPECT_TRUE(w.proxy.idle());  // a drain need not wait for what only absorbs
    EXPECT_FALSE(w.proxy.empty());
    const Sent ok = w.last("SIP/2.0 200");
    EXPECT_THAT(Text(ok.bytes).values(HeaderId::via), SizeIs(1));
    w.receive(w.in_dialog(ok, "ACK", 1));
    EXPECT_THAT(w.left(), ElementsAre("ACK sip:bob@192.0.2.20:5060 SIP/2.0 > 192.0.2.20:5060"));
    w.receive(w.in_dialog(ok, "BYE", 2));
    EXPECT_THAT(w.left(), ElementsAre("BYE sip:bob@192.0.2.20:5060 SIP/2.0 > 192.0.2.20:5060"));
    w.answer(w.last("BYE"), 200);
    EXPECT_THAT(w.left(), ElementsAre("SIP/2.0 200 OK > 192.0.2.10:5060"));
    EXPECT_THAT(w.calls.log, ElementsAre("admit", "ringing 180", "answered 200 sip:bob@192.0.2.20:5060", "passed ACK", "passed BYE", "BYE got 200"));
    EXPECT_TRUE(w.drained());
}

TEST(Call, IsReleasedByTheCallee) {
    World w;
    w.receive(write({}));
    w.answer(w.last("INVITE"), 200);
    const Sent ok = w.last("SIP/2.0 200");
    w.receive(w.in_dialog(ok, "ACK", 1));
    w.left();
    w.receive(w.in_dialog(ok, "BYE", 1, /*from_caller=*/false), World::bob);
    EXPECT_THAT(w.left(), ElementsAre("BYE sip:alice@192.0.2.10:5060 SIP/2.0 > 192.0.2.10:5060"));
    w.answer(w.last("BYE"), 200);
    EXPECT_TRUE(w.drained());
}

// What forwarding adds must not make a message that we cannot read again: its ACK and its CANCEL are made from it.
TEST(Call, WithAsManyHeaderFieldsAsMayComeIsAcknowledgedAndCancelled) {
    const std::size_t ordinary = Text(write({})).message.fields().size();
    std::string many;
    for (std::size_t i = ordinary; i < message::Limits{}.headers; ++i) many += "X: y\r\n";
    Config with_session_timer = config();
    with_session_timer.session_timer.session_expires = 1800;
    World w(with_session_timer);
    w.bind("bob", "sip:bob@192.0.2.21:5060").path = "<sip:192.0.2.30;lr>";
    w.receive(write({.headers = many}));
    w.answer(w.last("INVITE sip:bob@192.0.2.20"), 486);
    EXPECT_THAT(w.left(), Contains("ACK sip:bob@192.0.2.20:5060 SIP/2.0 > 192.0.2.20:5060"));
    w.answer(w.last("INVITE sip:bob@192.0.2.21"), 180);
    w.receive("CANCEL" + write({}).substr(6, write({}).find("CSeq: 1 ") + 2) + "CANCEL\r\n\r\n");
    EXPECT_THAT(w.left(), Contains("CANCEL sip:bob@192.0.2.21:5060 SIP/2.0 > 192.0.2.30:5060"));
    w.answer(w.last("INVITE sip:bob@192.0.2.21"), 487);
    EXPECT_THAT(w.left(), Contains("ACK sip:bob@192.0.2.21:5060 SIP/2.0 > 192.0.2.30:5060"));
    EXPECT_TRUE(w.drained());
}

// §16.6: what the copy has, in which order; the rest passes octet by octet.
TEST(Forwarding, ChangesOnlyWhatItMust) {
    World w;
    w.receive(
        write({.headers = "X-Odd :  kept,as is\r\nProxy-Authorization: Digest username=\"alice\", realm=\"example.com\"\r\n"
                          "Proxy-Authorization: Digest username=\"alice\", realm=\"elsewhere\"\r\nP-Asserted-Identity: <sip:boss@example.com>\r\n"}));
    const Text sent(w.last("INVITE").bytes);
    EXPECT_THAT(sent.bytes, HasSubstr("\r\nX-Odd :  kept,as is\r\n"));
    EXPECT_THAT(sent.bytes, Not(HasSubstr("realm=\"example.com\"")));
    EXPECT_THAT(sent.bytes, HasSubstr("realm=\"elsewhere\""));
    EXPECT_THAT(sent.bytes, Not(HasSubstr("boss")));
    EXPECT_EQ(sent.value(HeaderId::max_forwards), "69");
    EXPECT_EQ(sent.value(HeaderId::max_breadth), "60");
    const auto vias = sent.values(HeaderId::via);
    ASSERT_THAT(vias, SizeIs(2));
    EXPECT_THAT(vias[0], StartsWith("SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK"));
    EXPECT_THAT(vias[0], HasSubstr(";rport"));
    EXPECT_THAT(sent.values(HeaderId::record_route), ElementsAre(StartsWith("<sip:192.0.2.1:5060;lr;oh=")));
}

TEST(Forwarding, AddsMaxForwardsWhereThereIsNone) {
    World w;
    w.receive(write({.max_forwards = ""}));
    EXPECT_EQ(Text(w.last("INVITE").bytes).value(HeaderId::max_forwards), "70");
}

TEST(Forwarding, KeepsTheIdentityThatATrustedNetworkAsserts) {
    World w;
    w.trust = Trust::trusted_network;
    w.receive(write({.headers = "P-Asserted-Identity: <sip:boss@example.com>\r\n"}));
    EXPECT_EQ(Text(w.last("INVITE").bytes).value(HeaderId::p_asserted_identity), "<sip:boss@example.com>");
}

// RFC 3325 §7: somebody who is not trusted is not told what is to be kept private.
TEST(Forwarding, TellsAPrivateIdentityToTrustedNetworksOnly) {
    for (const char* trusted : {"192.0.2.20/32", "192.0.2.99/32"}) {
        Config c = config();
        c.trusted = {*Network::parse(trusted)};
        World w(c);
        w.trust = Trust::trusted_network;
        w.receive(write({.headers = "P-Asserted-Identity: <sip:boss@example.com>\r\nPrivacy: user;id\r\n"}));
        EXPECT_EQ(Text(w.last("INVITE").bytes).message.has(HeaderId::p_asserted_identity), c.trusted[0].text() == "192.0.2.20/32");
    }
}

// RFC 3325 §5: of responses too.
TEST(Responses, KeepTheIdentityThatATrustedNetworkAssertsAndNoOther) {
    const std::string identity = "P-Asserted-Identity: <sip:boss@example.com>\r\n";
    for (const char* trusted : {"192.0.2.20/32", "192.0.2.99/32"}) {
        const bool kept = std::string_view(trusted) == "192.0.2.20/32";
        Config c = config();
        c.trusted = {*Network::parse(trusted)};
        for (const int status : {180, 200, 486}) {
            World w(c);
            w.receive(write({}));
            w.answer(w.last("INVITE"), status, "b", identity);
            const Text passed(w.last("SIP/2.0 " + std::to_string(status)).bytes);
            EXPECT_EQ(passed.message.has(HeaderId::p_asserted_identity), kept) << status;
            EXPECT_EQ(passed.values(HeaderId::via).size(), 1U);
        }
        World w(c);
        w.receive(write({.method = "MESSAGE"}));
        w.answer(w.last("MESSAGE"), 200, "b", identity + "Privacy: id\r\n");
        EXPECT_FALSE(Text(w.last("SIP/2.0 200").bytes).message.has(HeaderId::p_asserted_identity));  // the caller is not trusted
    }
}

struct Refusal {
    const char* name;
    Parts parts;
    int status;
    const char* has;
};
class Refused : public ::testing::TestWithParam<Refusal> {};
// §16.3, §16.5: what never leaves, and what its sender is told.
TEST_P(Refused, WithoutForwarding) {
    World w;
    const Refusal& c = GetParam();
    w.receive(write(c.parts));
    const auto left = w.left();
    ASSERT_THAT(left, SizeIs(1));
    EXPECT_THAT(left[0], StartsWith("SIP/2.0 " + std::to_string(c.status) + " "));
    EXPECT_THAT(w.sender.sent[0].bytes, HasSubstr(c.has));
    EXPECT_TRUE(w.drained());
}
const std::string stranger = "Subject: stranger\r\n";
INSTANTIATE_TEST_SUITE_P(
    Rfc3261, Refused,
    ::testing::Values(
        Refusal{"other_scheme", {.uri = "tel:+4912345"}, 416, ""}, Refusal{"too_many_hops", {.max_forwards = "0"}, 483, ""},
        Refusal{"proxy_require", {.headers = "Proxy-Require: foo, bar\r\n"}, 420, "Unsupported: foo, bar\r\n"},
        Refusal{"no_breadth", {.headers = "Max-Breadth: 0\r\n"}, 440, ""},
        Refusal{"session_too_short", {.headers = "Supported: timer\r\nSession-Expires: 30\r\n"}, 422, "Min-SE: 90\r\n"},
        Refusal{"unknown_user", {.uri = "sip:nobody@example.com"}, 404, ""}, Refusal{"no_binding", {.uri = "sip:carol@example.com"}, 480, ""},
        Refusal{"unknown_user_to_a_stranger", {.uri = "sip:nobody@example.com", .headers = stranger}, 480, ""},
        Refusal{"no_binding_to_a_stranger", {.uri = "sip:carol@example.com", .headers = stranger}, 480, ""},
        Refusal{"stranger_to_elsewhere", {.uri = "sip:x@192.0.2.99", .headers = stranger}, 403, ""},
        Refusal{"stranger_by_foreign_route", {.headers = stranger + "Route: <sip:192.0.2.99;lr>\r\n"}, 403, ""},
        Refusal{"foreign_route", {.headers = "Route: <sip:192.0.2.1;lr>, <sip:192.0.2.99;lr>\r\n"}, 403, ""},
        Refusal{"message_offline", {.method = "MESSAGE", .uri = "sip:carol@example.com"}, 480, ""},
        Refusal{"options_to_us", {.method = "OPTIONS", .uri = "sip:example.com"}, 200, "Allow: INVITE"},
        Refusal{"options_to_our_address", {.method = "OPTIONS", .uri = "sip:192.0.2.1:5060", .headers = stranger}, 200, "Supported: path"},
        Refusal{"options_with_no_hops_left", {.method = "OPTIONS", .max_forwards = "0"}, 200, "Accept: application/sdp"},
        Refusal{"options_with_an_extension",
                {.method = "OPTIONS", .uri = "sip:example.com", .headers = "Require: foo, bar\r\n"},
                420,
                "Unsupported: foo, bar\r\n"},
        Refusal{"other_to_us", {.method = "MESSAGE", .uri = "sip:example.com"}, 405, "Allow: OPTIONS, REGISTER"},
        Refusal{"unknown_to_us", {.method = "JUMP", .uri = "sip:example.com"}, 501, ""},
        Refusal{"strangers_registration_elsewhere", {.method = "REGISTER", .uri = "sip:elsewhere.example", .headers = stranger}, 403, ""},
        Refusal{"forged_to_tag", {.method = "BYE", .to = "<sip:bob@example.com>;tag=forged"}, 481, ""},
        Refusal{"forged_token",
                {.method = "INVITE", .to = "<sip:bob@example.com>;tag=f", .headers = "Route: <sip:192.0.2.1:5060;lr;oh=0123456789abcdef>\r\n"},
                481,
                ""}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Refusal, OfABareAckIsSilence) {
    World w;
    w.receive(write({.method = "ACK"}));
    w.receive(write({.method = "ACK", .to = "<sip:bob@example.com>;tag=x", .headers = "Route: <sip:192.0.2.1;lr>\r\n"}));
    EXPECT_THAT(w.left(), IsEmpty());
    EXPECT_EQ(w.observer.causes[Cause::unmatched_ack], 2);
    EXPECT_TRUE(w.drained());
}

// The token is of this Call-ID and one of these tags only.
TEST(Refusal, OfATokenFromAnotherCall) {
    World w;
    w.receive(write({}));
    w.answer(w.last("INVITE"), 200);
    std::string bye = w.in_dialog(w.last("SIP/2.0 200"), "BYE", 2);
    bye.replace(bye.find("Call-ID: call1"), 14, "Call-ID: call2");
    w.left();
    w.receive(bye);
    EXPECT_THAT(w.left(), ElementsAre(StartsWith("SIP/2.0 481")));
    EXPECT_TRUE(w.drained());
}

TEST(Refusal, WhileBindingsAreNotLoadedIs503) {
    World w;
    w.bindings.is_loaded = false;
    w.receive(write({.uri = "sip:carol@example.com"}));
    EXPECT_THAT(w.last("SIP/2.0 503").bytes, HasSubstr("Retry-After: 5\r\n"));
    EXPECT_THAT(w.calls.log, ElementsAre("admit", "refused 503"));
}

TEST(Refusal, WhileDrainingOrUnhealthyIs503) {
    World w;
    w.proxy.set_draining(true);
    w.receive(write({}));
    EXPECT_THAT(w.last("SIP/2.0 503").bytes, HasSubstr("Retry-After: 5\r\n"));
    w.proxy.set_draining(false);
    w.calls.healthy = false;
    w.receive(write({.via = "SIP/2.0/UDP 192.0.2.10;branch=z9hG4bKa2", .call_id = "call2"}));
    EXPECT_EQ(w.count("SIP/2.0 503"), 2U);
    EXPECT_THAT(w.calls.log, ElementsAre("admit", "refused 503"));  // an unhealthy store cannot record anything
    EXPECT_TRUE(w.drained());
}

TEST(Busy, GoesUpstream) {
    World w;
    w.receive(write({}));
    w.answer(w.last("INVITE"), 486, "b", "X-Reason: talking\r\n");
    EXPECT_THAT(w.left(), ElementsAre(StartsWith("SIP/2.0 100"), StartsWith("INVITE"), StartsWith("ACK"), "SIP/2.0 486 Busy Here > 192.0.2.10:5060"));
    EXPECT_THAT(w.last("SIP/2.0 486").bytes, HasSubstr("X-Reason: talking"));
    EXPECT_THAT(w.calls.log, ElementsAre("admit", "refused 486"));
    EXPECT_TRUE(w.drained());
}

// §16.7 step 6: a 503 would keep the caller from using us at all.
TEST(Unavailable, BecomesA500) {
    World w;
    w.receive(write({}));
    w.answer(w.last("INVITE"), 503);
    EXPECT_EQ(w.count("SIP/2.0 500"), 1U);
    EXPECT_EQ(w.count("SIP/2.0 503"), 0U);
}

// §16.8: rung out, cancelled by timer C; the 487 that this brings counts as no answer.
TEST(TimerC, EndsACallThatNobodyAnswers) {
    World w;
    w.receive(write({}));
    w.answer(w.last("INVITE"), 180);
    w.run_for(100s);
    w.answer(w.last("INVITE"), 180);  // starts it anew
    w.run_for(180s);
    EXPECT_EQ(w.count("CANCEL"), 0U);
    w.run_for(2s);
    ASSERT_EQ(w.different("CANCEL"), 1U);
    w.answer(w.last("CANCEL"), 200);
    w.answer(w.last("INVITE"), 487);
    EXPECT_EQ(w.count("SIP/2.0 408"), 1U);
    EXPECT_THAT(w.calls.log, ElementsAre("admit", "ringing 180", "refused 408"));
    EXPECT_TRUE(w.drained());
}

TEST(Silence, IsA408) {
    World w;
    w.receive(write({}));
    w.run_for(33s);
    EXPECT_EQ(w.different("SIP/2.0 408"), 1U);
    EXPECT_TRUE(w.drained());
}

// RFC 4320 §4.2.
TEST(Silence, ToANonInviteStaysSilent) {
    World w;
    w.receive(write({.method = "MESSAGE"}));
    w.run_for(33s);
    EXPECT_EQ(w.count("SIP/2.0 408"), 0U);
    EXPECT_EQ(w.count("SIP/2.0 500"), 0U);
    EXPECT_TRUE(w.drained());
}

std::string cancel() { return write({.method = "CANCEL", .contact = "", .headers = "Reason: SIP;cause=600\r\n"}); }

TEST(Cancel, BeforeRingingWaitsForTheFirstProvisional) {
    World w;
    w.receive(write({}));
    w.receive(cancel());
    EXPECT_EQ(w.count("CANCEL"), 0U);  // §9.1
    w.answer(w.last("INVITE"), 100);
    ASSERT_EQ(w.count("CANCEL sip:bob@192.0.2.20:5060"), 1U);
    EXPECT_THAT(w.last("CANCEL").bytes, HasSubstr("Reason: SIP;cause=600\r\n"));
    w.answer(w.last("CANCEL"), 200);
    w.answer(w.last("INVITE"), 487);
    EXPECT_EQ(w.count("SIP/2.0 487"), 1U);
    EXPECT_THAT(w.calls.log, ElementsAre("admit", "cancelled", "refused 487"));
    EXPECT_TRUE(w.drained());
}

TEST(Cancel, WhileItRings) {
    World w;
    w.receive(write({}));
    w.answer(w.last("INVITE"), 180);
    w.receive(cancel());
    ASSERT_EQ(w.count("CANCEL"), 1U);
    w.run_for(40s);  // the phone never answers the CANCEL nor the INVITE
    EXPECT_EQ(w.different("SIP/2.0 487"), 1U);
    EXPECT_TRUE(w.drained());
}

TEST(Cancel, ThatCrossesTheAnswerComesTooLate) {
    World w;
    w.receive(write({}));
    w.answer(w.last("INVITE"), 180);
    w.receive(cancel());
    w.answer(w.last("INVITE"), 200);
    EXPECT_EQ(w.count("SIP/2.0 200 OK"), 2U);  // of the CANCEL and of the INVITE
    EXPECT_THAT(w.calls.log, ElementsAre("admit", "ringing 180", "cancelled", "answered 200 sip:bob@192.0.2.20:5060"));
    EXPECT_TRUE(w.drained());
}

// Design rule 3: nothing is forked once the caller has given up, wherever the INVITE waits.
TEST(Cancel, ReachesAnInviteThatIsSuspendedBeforeTheProxy) {
    World w;
    w.suspend = true;
    w.receive(write({}));
    w.receive(cancel());
    EXPECT_THAT(w.proxy.handle(std::move(w.kept), w.now()), ::testing::IsNull());
    EXPECT_EQ(w.count("INVITE"), 0U);
    EXPECT_EQ(w.count("SIP/2.0 487"), 1U);
    EXPECT_THAT(w.calls.log, ElementsAre("admit", "cancelled", "refused 487"));
    EXPECT_TRUE(w.drained());
}

TEST(Cancel, ReachesAnInviteThatWaitsForAName) {
    World w;
    w.names.later = true;
    w.receive(write({.uri = "sip:x@elsewhere.example"}));
    ASSERT_THAT(w.names.asked, SizeIs(1));
    w.receive(cancel());
    EXPECT_EQ(w.count("SIP/2.0 487"), 1U);
    w.proxy.on_resolved(w.names.asked[0], {*IpAddress::parse("192.0.2.99")}, w.now());
    EXPECT_EQ(w.count("INVITE"), 0U);
    EXPECT_TRUE(w.drained());
}

// Design rule 4: the first 2xx of a To tag waits for its row, its repetitions do not pass meanwhile and pass afterwards.
TEST(Answer, WaitsForItsRow) {
    World w;
    w.calls.hold = "answered";
    w.receive(write({}));
    w.answer(w.last("INVITE"), 200);
    w.answer(w.last("INVITE"), 200);
    EXPECT_EQ(w.count("SIP/2.0 200"), 0U);
    ASSERT_THAT(w.calls.held, SizeIs(1));
    w.proxy.release(w.calls.held[0], w.now());
    EXPECT_EQ(w.count("SIP/2.0 200"), 1U);
    w.answer(w.last("INVITE"), 200);
    EXPECT_EQ(w.count("SIP/2.0 200"), 2U);
    EXPECT_THAT(w.calls.log, ElementsAre("admit", "answered 200 sip:bob@192.0.2.20:5060"));
    w.proxy.release(w.calls.held[0], w.now());  // a stale ticket is dropped
    EXPECT_EQ(w.count("SIP/2.0 200"), 2U);
    EXPECT_TRUE(w.drained());
}

TEST(Failure, WaitsForItsRow) {
    World w;
    w.calls.hold = "refused";
    w.receive(write({}));
    w.answer(w.last("INVITE"), 486);
    w.receive(write({.uri = "sip:nobody@example.com", .via = "SIP/2.0/UDP 192.0.2.10;branch=z9hG4bKa2", .call_id = "call2"}));
    EXPECT_EQ(w.count("SIP/2.0 4"), 0U);
    ASSERT_THAT(w.calls.held, SizeIs(2));
    for (const Ticket& ticket : w.calls.held) w.proxy.release(ticket, w.now());
    EXPECT_EQ(w.count("SIP/2.0 486"), 1U);
    EXPECT_EQ(w.count("SIP/2.0 404"), 1U);
    EXPECT_TRUE(w.drained());
}

TEST(Bye, IsForwardedAtOnceAndItsAnswerWaits) {
    World w;
    w.calls.hold = "BYE got";
    w.receive(write({}));
    w.answer(w.last("INVITE"), 200);
    w.receive(w.in_dialog(w.last("SIP/2.0 200"), "BYE", 2));
    ASSERT_EQ(w.count("BYE"), 1U);
    w.answer(w.last("BYE"), 200);
    EXPECT_EQ(w.count("SIP/2.0 200"), 1U);
    ASSERT_THAT(w.calls.held, SizeIs(1));
    w.proxy.release(w.calls.held[0], w.now());
    EXPECT_EQ(w.count("SIP/2.0 200"), 2U);
    EXPECT_TRUE(w.drained());
}

TEST(Bye, ThatNobodyAnswersIsReported) {
    World w;
    w.receive(write({}));
    w.answer(w.last("INVITE"), 200);
    w.receive(w.in_dialog(w.last("SIP/2.0 200"), "BYE", 2));
    w.run_for(33s);
    EXPECT_EQ(w.calls.log.back(), "BYE got nothing");
    EXPECT_TRUE(w.drained());
}

// The token binds one tag: with another one invented, an INVITE would be a new call that nobody recorded.
TEST(ReInvite, OfACallThatIsNotOnRecordGets481) {
    World w;
    w.receive(write({}));
    w.answer(w.last("INVITE"), 200);
    const Sent ok = w.last("SIP/2.0 200");
    w.calls.knows_dialogs = false;
    w.receive(w.in_dialog(ok, "INVITE", 2, /*from_caller=*/false), World::bob);
    EXPECT_EQ(w.count("INVITE sip:alice@192.0.2.10:5060"), 0U);
    EXPECT_EQ(w.count("SIP/2.0 481"), 1U);
    EXPECT_TRUE(w.drained());
}

TEST(ReInvite, TravelsTheRecordRouteAndIsNoNewCall) {
    World w;
    w.receive(write({}));
    w.answer(w.last("INVITE"), 200);
    const Sent ok = w.last("SIP/2.0 200");
    w.receive(w.in_dialog(ok, "INVITE", 2, /*from_caller=*/false), World::bob);
    EXPECT_EQ(w.count("INVITE sip:alice@192.0.2.10:5060"), 1U);
    const Text sent(w.last("INVITE").bytes);
    EXPECT_THAT(sent.values(HeaderId::route), IsEmpty());
    // The token that it bears is still the dialog's.
    EXPECT_EQ(sent.values(HeaderId::record_route), Text(ok.bytes).values(HeaderId::record_route));
    w.answer(w.last("INVITE"), 200, "");
    EXPECT_EQ(w.calls.log.back(), "INVITE got 200");
    EXPECT_EQ(w.calls.calls, 1U);
    EXPECT_TRUE(w.drained());
}

// RFC 4028 §8.2: the caller knows timers, the callee does not.
TEST(SessionTimer, IsAskedForAndGivenToACallerWhoKnowsIt) {
    Config c = config();
    c.session_timer.session_expires = 1800;
    World w(c);
    w.receive(write({.headers = "Supported: timer\r\n"}));
    EXPECT_EQ(Text(w.last("INVITE").bytes).value(HeaderId::session_expires), "1800");
    for (int i = 0; i < 2; ++i) {  // the repetition is edited alike
        w.answer(w.last("INVITE"), 200);
        EXPECT_THAT(w.sender.sent.back().bytes, HasSubstr("Session-Expires: 1800;refresher=uac\r\n"));
    }
    EXPECT_TRUE(w.drained());
}

}  // namespace
}  // namespace offhook::proxy::test
