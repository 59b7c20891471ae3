// Each defect in its own words, at the octet where a person has to look: the torture messages' are in tests/conformance.
#include "offhook/message/wording.hpp"

#include <gtest/gtest.h>

#include <string>

#include "offhook/message/report.hpp"

namespace offhook::message {
namespace {

struct Case {
    const char* name;
    std::string_view wrong;  ///< a line that takes the place of the one with the same name, or is added
    std::string_view at;     ///< what stands at the place
    std::string_view says;   ///< text and section
};

constexpr std::string_view lines[] = {"OPTIONS sip:bob@b.example SIP/2.0", "Via: SIP/2.0/UDP a;branch=z9hG4bK1", "To: <sip:bob@b.example>",
                                      "From: <sip:a@a.example>;tag=1",     "Call-ID: 1",                          "CSeq: 1 OPTIONS"};

std::string with(std::string_view wrong) {
    const std::string_view name = wrong.substr(0, wrong.find_first_of(": "));
    std::string out;
    bool replaced = false;
    for (const std::string_view line : lines) {
        const bool same = line.starts_with(name);
        replaced = replaced || same;
        out.append(same ? wrong : line).append("\r\n");
    }
    if (!replaced) out.append(wrong).append("\r\n");
    return out + "\r\n";
}

class Words : public ::testing::TestWithParam<Case> {};

TEST_P(Words, SayWhatToChange) {
    const Case& c = GetParam();
    const std::string bytes = with(c.wrong);
    const Report report = examine(bytes);
    ASSERT_TRUE(report.problem) << bytes;
    EXPECT_EQ(report.problem->text + " (" + std::string(report.problem->section) + ")", c.says);
    EXPECT_TRUE(std::string_view(bytes).substr(report.problem->offset).starts_with(c.at)) << bytes.substr(report.problem->offset);
}

INSTANTIATE_TEST_SUITE_P(
    Rfc3261, Words,
    ::testing::Values(
        Case{"blank_before_the_uri", "OPTIONS  sip:b SIP/2.0", " sip:b", "one blank, no more, stands between method, Request-URI and version (RFC 3261 §7.1)"},
        Case{"blank_after_the_version", "OPTIONS sip:b SIP/2.0 ", " \r", "nothing may follow the version, no blank either (RFC 3261 §7.1)"},
        Case{"no_version", "OPTIONS sip:b", "\r",
             "the line ends where a blank and more belong: METHOD SP URI SP SIP/2.0, or SIP/2.0 SP STATUS SP REASON (RFC 3261 §7.1)"},
        Case{"other_version", "OPTIONS sip:b SIP/3.0", "SIP/3.0", "the protocol version is not SIP/2.0 (RFC 3261 §7.1)"},
        Case{"blank_in_the_uri", "OPTIONS sip:b; lr SIP/2.0", " lr", "a Request-URI holds no blank (RFC 3261 §7.1)"},
        Case{"brackets_around_the_uri", "OPTIONS <sip:b> SIP/2.0", "<sip", "a Request-URI stands without angle brackets (RFC 3261 §7.1)"},
        Case{"address_without_brackets", "OPTIONS sip:a@2001:db8::1 SIP/2.0", "2001", "an IPv6 address stands in square brackets (RFC 3261 §19.1.1)"},
        Case{"address_that_is_none", "OPTIONS sip:a@[2001:db8] SIP/2.0", "[2001", "this is not an IPv6 address (RFC 3261 §25.1)"},
        Case{"blank_in_brackets", "To: <sip:bob@b.example >", " >",
             "a URI holds no blank, nor does one stand between it and its angle brackets (RFC 3261 §25.1)"},
        Case{"nothing_in_brackets", "To: <>", ">", "there is no URI within the angle brackets (RFC 3261 §19.1.1)"},
        Case{"comma_in_a_display_name", "To: Bob, Carol <sip:bob@b.example>", ", C", "a display name with a comma stands in quotes (RFC 3261 §20.39)"},
        Case{"at_in_a_display_name", "From: bob@home <sip:bob@b.example>;tag=1", "@home",
             "a display name with this character stands in quotes (RFC 3261 §20.20)"},
        Case{"question_mark", "Contact: sip:a@b?x=y", "?x", "a URI with a question mark must stand in angle brackets (RFC 3261 §20.10)"},
        Case{"comma", "Route: sip:a@b,c", ",c", "a URI with a comma must stand in angle brackets (RFC 3261 §20.10)"},
        Case{"empty_parameter", "Via: SIP/2.0/UDP a;;branch=z9hG4bK1", ";branch",
             "a parameter is missing: nothing stands where name or name=value belongs (RFC 3261 §20.42)"},
        Case{"sequence_number", "CSeq: 2147483648 OPTIONS", "2147", "a sequence number is below 2147483648 (RFC 3261 §8.1.1.5)"},
        Case{"large_number", "Expires: 4294967296", "4294", "the number is larger than 4294967295 (RFC 3261 §20.19)"},
        Case{"time_zone", "Date: Fri, 01 Jan 2010 16:00:00 EST", "EST", "the time zone of a date is GMT, no other (RFC 3261 §20.17)"},
        Case{"method_of_the_cseq", "CSeq: 1 INVITE", "INVITE", "the method differs from that of the request line, OPTIONS (RFC 3261 §8.1.1.5)"},
        Case{"body_too_short", "Content-Length: 7", "7", "this says 7 octets, but the body has 0 (RFC 3261 §18.3)"},
        Case{"token", "Require: a b", " b", "this is not a token: letters, digits and -.!%*_+`'~ (RFC 3261 §20.32)"},
        Case{"first_of_two", "Expires: x\r\nCSeq: x", "x\r\nCSeq", "this is not a number (RFC 3261 §20.19)"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Words, NameAllMandatoryFieldsThatAreMissing) {
    const Report report = examine("OPTIONS sip:b SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nCSeq: 1 OPTIONS\r\n\r\n");
    EXPECT_EQ(report.problem.value().text, "a mandatory header field is missing, and so are From and Call-ID");
    EXPECT_EQ(report.problem->section, "RFC 3261 §8.1.1.2");
    const Report repeated = examine(with("To: <sip:a@b>\r\nTo: <sip:c@d>"));
    EXPECT_EQ(repeated.problem.value().text, "the header field may stand only once; it does in line 3 already");
}

// Messages that people copy into a file before they ask.
TEST(Words, KnowWhatEditorsDo) {
    EXPECT_EQ(examine("OPTIONS sip:b SIP/2.0\nTo: x\n\n").problem.value().text, "each line ends with CR and LF, but here all have LF alone, as an editor saves text");
    EXPECT_EQ(examine("OPTIONS sip:b SIP/2.0\nTo: x\r\n\r\n").problem.value().text, "a line ends with CR and LF, neither may stand alone");
    EXPECT_EQ(examine("\xef\xbb\xbf" + with("To: <sip:a@b>")).problem.value().text, "a byte order mark stands before the first line: an editor has put it there");
}

}  // namespace
}  // namespace offhook::message
