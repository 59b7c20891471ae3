#include "offhook/message/report.hpp"

#include <gtest/gtest.h>

#include <string>

namespace offhook::message {
namespace {

const std::string head =
    "INVITE sip:bob@biloxi.com:5070 SIP/2.0\r\n"
    "Via: SIP/2.0/UDP a:5062;rport;branch=z9hG4bK1\r\n"
    "To: <sip:bob@biloxi.com>\r\n"
    "From: \"Alice \\\"A\\\"\" <sip:alice@atlanta.com>;\r\n tag=88\r\n"
    "Call-ID: 987\r\n"
    "CSeq: 1 INVITE\r\n";

TEST(Report, HoldsTheStructure) {
    const Report report = examine(head + "Contact: <sip:a@192.0.2.1>;q=0.5\r\nContent-Type: Text/Plain\r\nContent-Length: 2\r\n\r\nhello");
    ASSERT_TRUE(report.valid());
    const Structure& s = report.structure.value();
    EXPECT_TRUE(s.request);
    EXPECT_EQ(s.method, "INVITE");
    EXPECT_EQ(s.headers.size(), 8u);
    EXPECT_EQ(s.headers[2].second, "\"Alice \\\"A\\\"\" <sip:alice@atlanta.com>; tag=88");
    EXPECT_EQ(s.body_size, 2u);
    EXPECT_EQ(s.surplus, 3u);
    EXPECT_EQ(s.routing.request_uri->port, 5070);
    EXPECT_EQ(s.routing.from->display_name, "Alice \"A\"");
    EXPECT_EQ(s.routing.from->tag, "88");
    EXPECT_EQ(s.routing.contacts.at(0).parameters.at(0).second, "0.5");
    EXPECT_EQ(s.routing.vias.at(0).port, 5062);
    EXPECT_EQ(s.routing.vias.at(0).rport, 0);
    EXPECT_EQ(s.routing.cseq, 1u);
    EXPECT_EQ(s.routing.content_type, "text/plain");
    EXPECT_FALSE(s.routing.max_forwards);
}

TEST(Report, ShowsTheDefectUnderItsLine) {
    const Report report = examine(head + "Contact: sip:bob@example.com,1\r\n\r\n");
    ASSERT_FALSE(report.valid());
    EXPECT_EQ(explain(*report.problem, "call.sip"),
              "call.sip: byte 226, line 8: Contact: a URI with a comma must stand in angle brackets (RFC 3261 §20.10)\n"
              "    Contact: sip:bob@example.com,1\n"
              "                                ^\n"
              "a server owes: 400 Bad Contact\n");
}

TEST(Report, SaysThatAResponseIsDropped) {
    const Report report = examine("SIP/2.0 4294967301 x\r\n\r\n");
    ASSERT_FALSE(report.valid());
    EXPECT_FALSE(report.structure);
    EXPECT_EQ(explain(*report.problem, "-"),
              "-: byte 8, line 1: status line: the status code is not a number from 100 to 699 (RFC 3261 §7.2)\n"
              "    SIP/2.0 4294967301 x\n"
              "            ^\n"
              "nothing is owed: a response like this is dropped\n");
}

TEST(Report, CountsColumnsInCharactersAndCutsLongLines) {
    const Report umlaut = examine(head + "Contact: \"J\xc3\xb6rg\" x\r\n\r\n");
    EXPECT_EQ(umlaut.problem.value().caret, 16u);
    const Report longer = examine(head + "Contact: \"" + std::string(500, 'x') + "\" ?\r\n\r\n");
    EXPECT_LE(longer.problem.value().line_text.size(), 140u);
    EXPECT_EQ(longer.problem->line_text[longer.problem->caret], '?');
    const Report control = examine(head + "Contact: \x01\r\n\r\n");
    EXPECT_EQ(control.problem.value().line_text, "Contact: ?");
    EXPECT_EQ(control.problem->header, "Contact");
}

// The line goes to a terminal: nothing of it may steer one.
TEST(Report, ShowsNoControls) {
    const Report report = examine(head + "Contact: \x1b[2J\x9b\x32J\xc2\x9b\xff\xc3\xb6\xc3\r\n\r\n");
    EXPECT_EQ(report.problem.value().line_text, "Contact: ?[2J?2J???\xc3\xb6?");
}

TEST(Report, IsAsStrictAsAskedFor) {
    const std::string old = "OPTIONS sip:b SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=1\r\nTo: <sip:b>\r\nFrom: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n";
    EXPECT_TRUE(examine(old).valid());
    EXPECT_EQ(examine(old, {.require_max_forwards = true}).problem.value().reason, "Missing Max-Forwards");
    const Report branch = examine(old, {.require_rfc3261_branch = true});
    EXPECT_EQ(branch.problem.value().section, "RFC 3261 §8.1.1.7");
    EXPECT_EQ(old.substr(branch.problem->offset, 3), "1\r\n");
}

TEST(Report, IsMadeOfAnything) {
    for (const std::string text : {"", "\r\n", "\n", "x", "INVITE", "SIP/", "\r\nINVITE sip:a SIP/2.0", "INVITE sip:a SIP/2.0\r\n\r\n"}) {
        const Report report = examine(text);
        ASSERT_TRUE(report.problem) << text;
        EXPECT_FALSE(explain(*report.problem, "f").empty());
    }
}

}  // namespace
}  // namespace offhook::message
