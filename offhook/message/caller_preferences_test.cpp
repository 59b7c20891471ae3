#include "offhook/message/caller_preferences.hpp"

#include <gtest/gtest.h>

#include <string>

#include "offhook/message/verdict_test.hpp"

namespace offhook::message {
namespace {

using enum ErrorCode;

struct Request {
    explicit Request(const std::string& fields, const std::string& method = "INVITE")
        : bytes(method + " sip:user@example.com SIP/2.0\r\n" + fields + "\r\n"), good(message.index(bytes).has_value()) {}
    std::string bytes;
    Message message;
    bool good;
};

std::string judged(const CallerPreferences& preferences, const char* contact) {
    const auto verdict = preferences.judge(contact);
    return !verdict.kept ? "dropped" : verdict.immune ? "immune" : std::to_string(verdict.preference);
}

// RFC 3841 §7.2.5.
TEST(CallerPreferences, OfTheRfcsExample) {
    const Request request(
        "Reject-Contact: *;actor=\"msg-taker\";video\r\nAccept-Contact: *;audio;require\r\na: *;video;explicit\r\n"
        "Accept-Contact: *;methods=\"BYE\";class=\"business\";q=1.0\r\n");
    ASSERT_TRUE(request.good);
    const CallerPreferences preferences(request.message);
    EXPECT_FALSE(preferences.implicit());
    EXPECT_EQ(judged(preferences, ";audio;video;methods=\"INVITE,BYE\";q=0.2"), "833");
    EXPECT_EQ(judged(preferences, ";audio=\"FALSE\";methods=\"INVITE\";actor=\"msg-taker\";q=0.2"), "dropped");
    EXPECT_EQ(judged(preferences, ";audio;actor=\"msg-taker\";methods=\"INVITE\";video;q=0.3"), "dropped");
    EXPECT_EQ(judged(preferences, ";audio;methods=\"INVITE,OPTIONS\";q=0.2"), "500");
    EXPECT_EQ(judged(preferences, ";q=0.5"), "immune");
    EXPECT_EQ(preferences.judge(";q=0.5").preference, 1000u);
}

// §7.2.4, figure 1, branch by branch.
TEST(CallerPreferences, ScoreByFigureOne) {
    const struct {
        const char *fields, *contact, *verdict;
    } cases[] = {
        {"Accept-Contact: *;video\r\n", ";video", "1000"},
        {"Accept-Contact: *;video\r\n", ";audio", "0"},
        {"Accept-Contact: *;video\r\n", ";video=\"FALSE\"", "0"},
        {"Accept-Contact: *;video;require\r\n", ";audio", "0"},
        {"Accept-Contact: *;video;require\r\n", ";video=\"FALSE\"", "dropped"},
        {"Accept-Contact: *;video;explicit\r\n", ";audio", "0"},
        {"Accept-Contact: *;audio;video;explicit\r\n", ";audio", "0"},
        {"Accept-Contact: *;audio;video\r\n", ";audio", "500"},
        {"Accept-Contact: *;video;explicit;require\r\n", ";audio", "dropped"},
        {"Accept-Contact: *;video;explicit;require\r\n", ";video;audio", "1000"},
        {"Accept-Contact: *;+sip.video\r\n", ";video", "1000"},
        {"Accept-Contact: *;+x=\"#>=4\";require\r\n", ";+x=\"#1:3\"", "dropped"},
        {"Accept-Contact: *;+x=\"#>=4\";require\r\n", ";+x=\"#1:5\"", "1000"},
        {"Accept-Contact: *;events=\"presence\";require\r\n", ";events=\"!presence,dialog\"", "dropped"},
        {"Accept-Contact: *;events=\"dialog\";require\r\n", ";events=\"!presence\"", "1000"},
        {"Reject-Contact: *;video\r\n", ";video", "dropped"},
        {"Reject-Contact: *;video\r\n", ";audio", "1000"},
        {"Reject-Contact: *;video=\"FALSE\"\r\n", ";video", "1000"},
        {"Reject-Contact: *;video;audio\r\n", ";video", "1000"},
        {"Accept-Contact: *;methods=\"\"\r\nReject-Contact: *;video\r\n", ";audio", "1000"},
    };
    for (const auto& c : cases) {
        const Request request(c.fields);
        ASSERT_TRUE(request.good);
        EXPECT_EQ(judged(CallerPreferences(request.message), c.contact), c.verdict) << c.fields << c.contact;
    }
}

// §7.2.2: only who says that he does not take the method, or the event, is left out.
TEST(CallerPreferences, AreImplicitInMethodAndEvent) {
    const Request subscribe("Event: presence;id=1\r\n", "SUBSCRIBE"), invite("");
    const CallerPreferences of_subscribe(subscribe.message), of_invite(invite.message);
    EXPECT_TRUE(of_subscribe.implicit());
    EXPECT_EQ(judged(of_subscribe, ";methods=\"SUBSCRIBE\";events=\"presence\""), "1000");
    EXPECT_EQ(judged(of_subscribe, ";methods=\"SUBSCRIBE\";events=\"dialog\""), "dropped");
    EXPECT_EQ(judged(of_subscribe, ";methods=\"SUBSCRIBE\""), "500");
    EXPECT_EQ(judged(of_invite, ";methods=\"MESSAGE\""), "dropped");
    EXPECT_EQ(judged(of_invite, ";methods=\"MESSAGE,INVITE\";video"), "1000");
    EXPECT_EQ(judged(of_invite, ";expires=60"), "immune");
}

// §8 and §10.
TEST(ContactFilter, ReadsItsFlags) {
    const auto filter = parse_accept_contact("*;mobility=\"mobile\";methods=\"INVITE\" ;Require");
    ASSERT_TRUE(filter);
    EXPECT_TRUE(filter->require);
    EXPECT_FALSE(filter->explicit_);
    EXPECT_FALSE(parse_reject_contact("*;require;video")->require);
    EXPECT_EQ(verdict(parse_accept_contact("*;mobility=\"fixed\"\r\n ;events=\"!presence,message-summary\"\r\n ;language=\"en,de\""
                                           ";description=\"<PC>\";+sip.newparam\r\n ;+rangeparam=\"#-4:+5.125\"")),
              "accepted");
    EXPECT_EQ(verdict(parse_accept_contact("sip:a@b;video")), refused(bad_token, 0));
    EXPECT_EQ(verdict(parse_accept_contact("*;video;require;require")), refused(repeated_parameter, 16));
    EXPECT_EQ(verdict(parse_accept_contact("*;video;video")), refused(repeated_parameter, 8));
    EXPECT_EQ(verdict(parse_accept_contact("*;methods=\"a,,b\"")), refused(bad_feature, 13));
    EXPECT_EQ(verdict(parse_reject_contact("* x")), refused(trailing_bytes, 2));
}

// §9.1.
TEST(RequestDisposition, TheFirstOfTwoContrariesCounts) {
    const Request request("Request-Disposition: proxy, recurse, parallel\r\nd: no-fork, NO-recurse\r\n");
    ASSERT_TRUE(request.good);
    for (const Directive directive : {Directive::proxy, Directive::recurse, Directive::parallel, Directive::no_fork})
        EXPECT_TRUE(asks_for(request.message, directive)) << static_cast<int>(directive);
    for (const Directive directive : {Directive::redirect, Directive::no_recurse, Directive::sequential, Directive::fork, Directive::queue})
        EXPECT_FALSE(asks_for(request.message, directive)) << static_cast<int>(directive);
    EXPECT_EQ(parse_directive("No-Queue").value(), Directive::no_queue);
    EXPECT_EQ(verdict(parse_directive("maybe")), refused(bad_token, 0));
}

}  // namespace
}  // namespace offhook::message
