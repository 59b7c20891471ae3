#include "offhook/message/diversion.hpp"

#include <gtest/gtest.h>

#include <string>

#include "offhook/message/typed.hpp"

namespace offhook::message {
namespace {

using Reason = Diversion::Reason;

// RFC 5806 §8.1.
TEST(Diversion, SaysWhoAndWhy) {
    const auto diversion = parse_diversion("<sip:WeSellPizza@p2.isp.com>\r\n          ;reason=time-of-day");
    ASSERT_TRUE(diversion);
    EXPECT_EQ(diversion->uri, "sip:WeSellPizza@p2.isp.com");
    EXPECT_EQ(diversion->reason, Reason::time_of_day);
    EXPECT_FALSE(diversion->counter);
    EXPECT_EQ(diversion->privacy, Diversion::Hidden::off);
}

TEST(Diversion, KnowsItsReasons) {
    const std::pair<const char*, Reason> cases[] = {{"unknown", Reason::unknown},
                                                    {"user-busy", Reason::user_busy},
                                                    {"no-answer", Reason::no_answer},
                                                    {"unavailable", Reason::unavailable},
                                                    {"unconditional", Reason::unconditional},
                                                    {"do-not-disturb", Reason::do_not_disturb},
                                                    {"deflection", Reason::deflection},
                                                    {"follow-me", Reason::follow_me},
                                                    {"out-of-service", Reason::out_of_service},
                                                    {"AWAY", Reason::away},
                                                    {"\"lunch\"", Reason::other}};
    for (const auto& [text, reason] : cases) EXPECT_EQ(parse_diversion(std::string("<tel:+15551234>;reason=") + text)->reason, reason) << text;
    EXPECT_EQ(parse_diversion("<tel:+15551234>")->reason, Reason::unknown);
}

TEST(Diversion, IsReadAsItWasWritten) {
    const std::string text = "\"Bob \\\"B\\\"\" <sip:bob@p2.isp.com;user=phone>;reason=\"at lunch\";counter=3;limit=15;privacy=full;screen=yes";
    const auto diversion = parse_diversion(text);
    ASSERT_TRUE(diversion);
    EXPECT_EQ(diversion->reason_text, "at lunch");
    EXPECT_EQ(diversion->counter, 3u);
    EXPECT_EQ(diversion->limit, 15u);
    EXPECT_EQ(diversion->privacy, Diversion::Hidden::full);
    EXPECT_EQ(diversion->screen, "yes");
    std::string written;
    append_diversion(written, *diversion);
    EXPECT_EQ(written, text);
}

TEST(Diversion, SaysWhereItBreaks) {
    using enum ErrorCode;
    const struct {
        const char* text;
        ErrorCode code;
        std::uint32_t offset;
    } cases[] = {{"Bob", bad_name_addr, 3},
                 {"<sip:a>;counter=x", bad_number, 16},
                 {"<sip:a>;counter=1x", bad_number, 17},
                 {"<sip:a>;counter", bad_number, 15},
                 {"<sip:a>;limit=100", number_out_of_range, 14},
                 {"<sip:a>;reason=", bad_parameter, 15}};
    for (const auto& c : cases) EXPECT_EQ(check_value(HeaderId::diversion, c.text).error(), (ParseError{c.code, c.offset})) << c.text;
}

}  // namespace
}  // namespace offhook::message
