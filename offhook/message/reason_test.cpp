#include "offhook/message/reason.hpp"

#include <gtest/gtest.h>

#include "offhook/message/verdict_test.hpp"

namespace offhook::message {
namespace {

using enum ErrorCode;
using Protocol = Reason::Protocol;

// RFC 3326 §2, RFC 8606 §5.
TEST(Reason, ReadsProtocolCauseTextAndLocation) {
    const struct {
        const char* text;
        Protocol protocol;
        std::optional<std::uint32_t> cause;
        const char* words;
        std::optional<std::uint8_t> location;
    } cases[] = {{"SIP ;cause=200 ;text=\"Call completed elsewhere\"", Protocol::sip, 200, "Call completed elsewhere", std::nullopt},
                 {"Q.850 ;cause=16 ;text=\"Terminated\"", Protocol::q850, 16, "Terminated", std::nullopt},
                 {"SIP ;cause=600 ;text=\"Busy Everywhere\"", Protocol::sip, 600, "Busy Everywhere", std::nullopt},
                 {"Q.850;cause=1;text=\"Unallocated (unassigned) number\";location=LN", Protocol::q850, 1, "Unallocated (unassigned) number", 2},
                 {"q.850;cause=31;location=loc-15", Protocol::q850, 31, "", 15},
                 {"Preemption;cause=1;location=here", Protocol::other, 1, "", std::nullopt},
                 {"X", Protocol::other, std::nullopt, "", std::nullopt}};
    for (const auto& c : cases) {
        const auto reason = parse_reason(c.text);
        ASSERT_TRUE(reason) << c.text;
        EXPECT_EQ(reason->protocol, c.protocol) << c.text;
        EXPECT_EQ(reason->cause, c.cause) << c.text;
        EXPECT_EQ(reason->text, c.words) << c.text;
        EXPECT_EQ(reason->location, c.location) << c.text;
        std::string written;
        append_reason(written, *reason);
        const auto again = parse_reason(written);
        ASSERT_TRUE(again) << written;
        EXPECT_EQ(again->cause, c.cause) << written;
        EXPECT_EQ(again->text, c.words) << written;
        EXPECT_EQ(again->location, c.location) << written;
    }
    EXPECT_EQ(parse_reason("Preemption;cause=1")->protocol_name, "Preemption");
    EXPECT_EQ(name_of_location(6), "LOC-6");
    EXPECT_EQ(verdict(parse_reason(";cause=1")), refused(bad_token, 0));
    EXPECT_EQ(verdict(parse_reason("SIP;cause=busy")), refused(bad_number, 10));
    EXPECT_EQ(verdict(parse_reason("SIP;cause=4294967296")), refused(number_out_of_range, 10));
    EXPECT_EQ(verdict(parse_reason("Q.850;cause=1;location=here")), refused(bad_parameter_value, 23));
    EXPECT_EQ(verdict(parse_reason("SIP;text=\"open")), refused(unterminated_quote, 9));
}

}  // namespace
}  // namespace offhook::message
