// RFC 3261 §12.1 seen from between both sides; target refresh (§12.2, RFC 3311, RFC 6141); the text form.
#include "offhook/dialog/dialog_state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "offhook/dialog/sip_text_test.hpp"

namespace offhook::dialog {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using test::SipText;

constexpr Now at(Duration since) { return {Instant(since), UtcTime(std::chrono::sys_days(std::chrono::year(2026) / 5 / 1)) + since}; }

const char* const invite_lines =
    "INVITE sip:bob@example.com SIP/2.0\nVia: SIP/2.0/UDP a.example.com;branch=z9hG4bK1\nFrom: Alice <sip:alice@example.com>;tag=a\n"
    "To: <sip:bob@example.com>\nCall-ID: 1@a\nCSeq: 17 INVITE\nContact: \"Alice, at work\" <sip:alice@192.0.2.1:5060>\n"
    "Record-Route: <sip:edge.example.com;lr>\nSupported: timer\n";
const char* const answer_lines =
    "SIP/2.0 200 OK\nVia: SIP/2.0/UDP a.example.com;branch=z9hG4bK1\nFrom: Alice <sip:alice@example.com>;tag=a\n"
    "To: <sip:bob@example.com>;tag=b\nCall-ID: 1@a\nCSeq: 17 INVITE\nContact: <sip:bob@192.0.2.2>\n"
    "Record-Route: <sip:far.example.com;lr>, <sip:us.example.com;lr>\nRecord-Route: <sip:edge.example.com;lr>\nSession-Expires: 600;refresher=uac\n";

std::string in_dialog(std::string_view method, bool from_caller, int cseq, std::string_view more = {}) {
    const std::string caller = "<sip:alice@example.com>;tag=a\n", callee = "<sip:bob@example.com>;tag=b\n";
    return std::string(method) + " sip:x@192.0.2.9 SIP/2.0\nVia: SIP/2.0/UDP a.example.com;branch=z9hG4bK2\nFrom: " +
           (from_caller ? caller : callee) +
           "To: " + (from_caller ? callee : caller) + "Call-ID: 1@a\nCSeq: " + std::to_string(cseq) + " " + std::string(method) + "\n" +
           std::string(more);
}
std::string response(std::string_view status, std::string_view method, int cseq, std::string_view more = {}) {
    return "SIP/2.0 " + std::string(status) + "\nVia: SIP/2.0/UDP a.example.com;branch=z9hG4bK2\nFrom: <sip:alice@example.com>;tag=a\n" +
           "To: <sip:bob@example.com>;tag=b\nCall-ID: 1@a\nCSeq: " + std::to_string(cseq) + " " + std::string(method) + "\n" + std::string(more);
}

class Dialog : public ::testing::Test {
protected:
    Dialog() : state(from_answer(SipText(invite_lines), SipText(answer_lines), {}, at(10s))) {}
    [[nodiscard]] std::vector<std::string> routes(Direction from) const {
        std::vector<std::string> out;
        for (std::size_t i = 0; i < state.route_count(); ++i) out.emplace_back(state.route(from, i));
        return out;
    }
    DialogState state;
};

TEST_F(Dialog, HasBothSidesAsEachSeesTheOther) {
    EXPECT_EQ(state.call_id(), "1@a");
    EXPECT_EQ(state.tag(Direction::from_caller), "a");
    EXPECT_EQ(state.tag(Direction::from_callee), "b");
    EXPECT_EQ(state.uri(Direction::from_caller), "sip:alice@example.com");
    EXPECT_EQ(state.contact(Direction::from_caller), "sip:alice@192.0.2.1:5060");
    EXPECT_EQ(state.contact(Direction::from_callee), "sip:bob@192.0.2.2");
    EXPECT_EQ(state.caller.cseq, 17U);
    EXPECT_EQ(state.callee.cseq, 0U);
    EXPECT_THAT(routes(Direction::from_callee), ElementsAre("<sip:far.example.com;lr>", "<sip:us.example.com;lr>", "<sip:edge.example.com;lr>"));
    EXPECT_THAT(routes(Direction::from_caller), ElementsAre("<sip:edge.example.com;lr>", "<sip:us.example.com;lr>", "<sip:far.example.com;lr>"));
    EXPECT_FALSE(state.ack_seen);
    EXPECT_EQ(state.session_expires, at(610s).utc);
}

TEST_F(Dialog, KnowsItsRequestsByBothTags) {
    EXPECT_EQ(direction_of(state, "a", "b"), Direction::from_caller);
    EXPECT_EQ(direction_of(state, "b", "a"), Direction::from_callee);
    EXPECT_EQ(direction_of(state, "a", "c"), std::nullopt);
    EXPECT_EQ(direction_of(state, "a", ""), std::nullopt);
}

TEST_F(Dialog, CountsEachSideAndSeesTheAck) {
    observe_request(state, Direction::from_caller, SipText(in_dialog("ACK", true, 17)), {}, at(11s));
    EXPECT_TRUE(state.ack_seen);
    EXPECT_EQ(state.last_seen, at(11s).utc);
    observe_request(state, Direction::from_callee, SipText(in_dialog("INFO", false, 4)), {}, at(12s));
    observe_request(state, Direction::from_callee, SipText(in_dialog("INFO", false, 3)), {}, at(13s));  // overtaken on its way
    EXPECT_EQ(state.callee.cseq, 4U);
    EXPECT_EQ(state.caller.cseq, 17U);
}

TEST_F(Dialog, TakesARefreshedTargetOverOnlyWhenItWasAccepted) {
    const SipText reinvite(in_dialog("INVITE", true, 18, "Contact: <sip:alice@198.51.100.7>\nSupported: timer\nSession-Expires: 300\n"));
    observe_request(state, Direction::from_caller, reinvite, {}, at(20s));
    EXPECT_FALSE(observe_response(state, Direction::from_caller, SipText(response("491 Request Pending", "INVITE", 18)), at(20s)).target);
    EXPECT_EQ(state.contact(Direction::from_caller), "sip:alice@192.0.2.1:5060");
    EXPECT_EQ(state.session_expires, at(610s).utc);

    const SipText update(in_dialog("UPDATE", true, 19, "Contact: <sip:alice@198.51.100.7>\nSupported: timer\n"));
    observe_request(state, Direction::from_caller, update, {}, at(30s));
    const SipText accepted(response("200 OK", "UPDATE", 19, "Contact: <sip:bob@192.0.2.3>\nSession-Expires: 300;refresher=uac\n"));
    const Refresh refresh = observe_response(state, Direction::from_caller, accepted, at(30s));
    EXPECT_TRUE(refresh.target);
    EXPECT_TRUE(refresh.session);
    EXPECT_EQ(state.contact(Direction::from_caller), "sip:alice@198.51.100.7");
    EXPECT_EQ(state.contact(Direction::from_callee), "sip:bob@192.0.2.3");
    EXPECT_EQ(state.session_expires, at(330s).utc);
}

TEST_F(Dialog, LosesItsExpirationWithASuccessThatHasNone) {
    observe_request(state, Direction::from_callee, SipText(in_dialog("UPDATE", false, 1)), {}, at(20s));  // by a side without support
    std::ignore = observe_response(state, Direction::from_callee, SipText(response("200 OK", "UPDATE", 1)), at(20s));
    EXPECT_FALSE(state.has_expiration());
}

TEST_F(Dialog, SurvivesItsTextForm) {
    const std::vector<std::string_view> routes{"", "<sip:b\\ob\nx>", "<sip:us.example.com;lr>"};
    state.set_texts("1\n@a", {"a", "sip:b\\ob\nx", ""}, {"b", "", "sip:bob@192.0.2.2"}, routes);
    state.ack_seen = true;
    state.callee.cseq = 4;
    const std::string text = serialise(state);
    const auto parsed = parse_dialog_state(text);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(serialise(*parsed), text);
    EXPECT_EQ(parsed->call_id(), "1\n@a");
    EXPECT_EQ(parsed->uri(Direction::from_caller), "sip:b\\ob\nx");
    EXPECT_EQ(parsed->contact(Direction::from_callee), "sip:bob@192.0.2.2");
    EXPECT_EQ(parsed->route_count(), 3U);
    EXPECT_EQ(parsed->route(Direction::from_caller, 1), "<sip:b\\ob\nx>");
    EXPECT_EQ(parsed->route(Direction::from_caller, 2), "");
    EXPECT_TRUE(parsed->ack_seen);
    EXPECT_EQ(parsed->callee.cseq, 4U);
    EXPECT_EQ(parsed->session_expires, state.session_expires);
}

// A change of it would lose the calls that are in progress while a server is upgraded.
TEST_F(Dialog, TextFormIsThatOfEarlierVersions) {
    EXPECT_EQ(serialise(state),
              "offhook-dialog 1\n1@a\n0\n1777593610000000\n1777594210000000\n"
              "a\nsip:alice@example.com\nsip:alice@192.0.2.1:5060\n17\n3\n"
              "<sip:edge.example.com;lr>\n<sip:us.example.com;lr>\n<sip:far.example.com;lr>\n"
              "b\nsip:bob@example.com\nsip:bob@192.0.2.2\n0\n3\n<sip:far.example.com;lr>\n<sip:us.example.com;lr>\n<sip:edge.example.com;lr>\n");
}

TEST_F(Dialog, RefusesATextThatIsNotOne) {
    const std::string text = serialise(state);
    for (std::size_t size = 0; size < text.size(); ++size) EXPECT_FALSE(parse_dialog_state(text.substr(0, size))) << size;
    EXPECT_FALSE(parse_dialog_state(text + "x\n"));
    EXPECT_FALSE(parse_dialog_state("offhook-dialog 2" + text.substr(text.find('\n'))));
}

}  // namespace
}  // namespace offhook::dialog
