#include "offhook/message/event.hpp"

#include <gtest/gtest.h>

#include "offhook/message/verdict_test.hpp"

namespace offhook::message {
namespace {

using enum ErrorCode;
using State = SubscriptionState::State;
using Reason = SubscriptionState::Reason;

// RFC 6665 §8.4, packages of RFC 3856, 3857, 3842, 4235.
TEST(Event, ReadsPackageTemplatesAndId) {
    const struct {
        const char *text, *package, *templates;
        std::optional<std::string_view> id;
    } cases[] = {{"presence", "presence", "", std::nullopt},
                 {"presence.winfo", "presence", "winfo", std::nullopt},
                 {"presence.winfo.winfo;id=7", "presence", "winfo.winfo", "7"},
                 {"refer ; ID = 93809824 ;x=y", "refer", "", "93809824"},
                 {"dialog;sla;ma", "dialog", "", std::nullopt}};
    for (const auto& c : cases) {
        const auto event = parse_event(c.text);
        ASSERT_TRUE(event) << c.text;
        EXPECT_EQ(event->type.package, c.package);
        EXPECT_EQ(event->type.templates, c.templates);
        EXPECT_EQ(event->id, c.id);
    }
    EXPECT_EQ(verdict(parse_event("")), refused(bad_token, 0));
    EXPECT_EQ(verdict(parse_event(".winfo")), refused(bad_token, 0));
    EXPECT_EQ(verdict(parse_event("presence..winfo")), refused(bad_token, 8));
    EXPECT_EQ(verdict(parse_event("presence.")), refused(bad_token, 8));
    EXPECT_EQ(verdict(parse_event("presence;id")), refused(bad_parameter_value, 9));
    EXPECT_EQ(verdict(parse_event("presence;id=1;id=2")), refused(repeated_parameter, 17));
    EXPECT_EQ(verdict(parse_event("pres ence")), refused(trailing_bytes, 5));
    EXPECT_EQ(parse_event_type("message-summary")->package, "message-summary");
    EXPECT_EQ(verdict(parse_event_type("a,b")), refused(trailing_bytes, 1));
}

// §8.2.1: octet by octet, ids too.
TEST(Event, MatchesTheOneThatWasSubscribedTo) {
    const auto matches = [](const char* a, const char* b) { return parse_event(a)->matches(*parse_event(b)); };
    EXPECT_TRUE(matches("presence", "presence;x=y"));
    EXPECT_FALSE(matches("presence", "Presence"));
    EXPECT_FALSE(matches("presence", "presence.winfo"));
    EXPECT_TRUE(matches("refer;id=1", "refer ; id=1"));
    EXPECT_FALSE(matches("refer;id=1", "refer"));
    EXPECT_FALSE(matches("refer;id=a", "refer;id=A"));
}

// §4.1.3, §4.2.2.
TEST(SubscriptionState, ReadsStateReasonAndTimes) {
    const struct {
        const char* text;
        State state;
        Reason reason;
        std::optional<std::uint32_t> expires, retry_after;
    } cases[] = {{"active;expires=60", State::active, Reason::none, 60, std::nullopt},
                 {"Pending ; Expires = 3600", State::pending, Reason::none, 3600, std::nullopt},
                 {"terminated;reason=timeout", State::terminated, Reason::timeout, std::nullopt, std::nullopt},
                 {"terminated;reason=probation;retry-after=30", State::terminated, Reason::probation, std::nullopt, 30},
                 {"terminated;reason=invariant", State::terminated, Reason::invariant, std::nullopt, std::nullopt},
                 {"terminated;reason=tired", State::terminated, Reason::other, std::nullopt, std::nullopt},
                 {"waiting", State::other, Reason::none, std::nullopt, std::nullopt}};
    for (const auto& c : cases) {
        const auto value = parse_subscription_state(c.text);
        ASSERT_TRUE(value) << c.text;
        EXPECT_EQ(value->state, c.state) << c.text;
        EXPECT_EQ(value->reason, c.reason) << c.text;
        EXPECT_EQ(value->expires, c.expires) << c.text;
        EXPECT_EQ(value->retry_after, c.retry_after) << c.text;
        std::string written;
        append_subscription_state(written, *value);
        EXPECT_EQ(parse_subscription_state(written)->reason, c.reason) << written;
    }
    EXPECT_EQ(verdict(parse_subscription_state("=active")), refused(bad_token, 0));
    EXPECT_EQ(verdict(parse_subscription_state("active;expires=soon")), refused(bad_number, 15));
    EXPECT_EQ(verdict(parse_subscription_state("active;expires")), refused(bad_number, 7));
    EXPECT_EQ(verdict(parse_subscription_state("active;expires=4294967296")), refused(number_out_of_range, 15));
    EXPECT_EQ(verdict(parse_subscription_state("terminated;reason=\"a b\"")), refused(bad_parameter_value, 19));
}

TEST(SubscriptionState, IsWritten) {
    std::string out;
    append_subscription_state(out, {State::active, Reason::none, 60, {}, {}, {}, {}});
    EXPECT_EQ(out, "active;expires=60");
    out.clear();
    append_subscription_state(out, {State::terminated, Reason::probation, {}, 30, {}, {}, {}});
    EXPECT_EQ(out, "terminated;reason=probation;retry-after=30");
    out.clear();
    append_subscription_state(out, {State::other, Reason::other, {}, {}, "waiting", "tired", {}});
    EXPECT_EQ(out, "waiting;reason=tired");
}

}  // namespace
}  // namespace offhook::message
