#include "offhook/message/remarks.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace offhook::message {
namespace {

struct Parts {
    std::string start = "INVITE sip:bob@b.example SIP/2.0", via = "SIP/2.0/UDP a;branch=z9hG4bK1", to = "<sip:bob@b.example>",
                from = "\"A\" <sip:a@a.example>;tag=1", cseq = "1 INVITE", max_forwards = "70", contact = "<sip:a@1.2.3.4>", more{}, body{};
};

std::string text_of(const Parts& p) {
    std::string out = p.start + "\r\nVia: " + p.via + "\r\nTo: " + p.to + "\r\nFrom: " + p.from + "\r\nCall-ID: 1\r\nCSeq: " + p.cseq + "\r\n";
    if (!p.max_forwards.empty()) out += "Max-Forwards: " + p.max_forwards + "\r\n";
    if (!p.contact.empty()) out += "Contact: " + p.contact + "\r\n";
    return out + p.more + "\r\n" + p.body;
}

struct Case {
    const char* name;
    Parts parts;
    std::vector<std::string> says;  ///< header field, section and the octets at the place
};

class RemarksOn : public ::testing::TestWithParam<Case> {};

TEST_P(RemarksOn, WhatIsOdd) {
    const std::string bytes = text_of(GetParam().parts);
    Message message;
    ASSERT_TRUE(message.index(bytes));
    std::vector<std::string> says;
    for (const Remark& remark : remarks_on(bytes, message))
        says.push_back(remark.header + " | " + std::string(remark.section) + " | " + bytes.substr(remark.offset, 4));
    EXPECT_EQ(says, GetParam().says) << bytes;
}

INSTANTIATE_TEST_SUITE_P(
    Rfc3261, RemarksOn,
    ::testing::Values(
        Case{"nothing", {}, {}},
        Case{"unknown_method", {.start = "BREW sip:b SIP/2.0", .cseq = "1 BREW"}, {"request line | RFC 3261 §21.5.2 | BREW"}},
        Case{"register_with_user", {.start = "REGISTER sip:u@b SIP/2.0", .cseq = "1 REGISTER"}, {"request line | RFC 3261 §10.2 | sip:"}},
        Case{"register_of_a_number", {.start = "REGISTER sip:b SIP/2.0", .to = "<tel:+1>", .cseq = "1 REGISTER"}, {"To | RFC 3261 §10.2 | tel:"}},
        Case{"local_number", {.start = "INVITE tel:112;x=y SIP/2.0"}, {"request line | RFC 3966 §5.1.5 | ;x=y"}},
        Case{"no_hops_counted", {.max_forwards = ""}, {"Max-Forwards | RFC 3261 §8.1.1.6 | \r\n"}},
        Case{"no_hops_left", {.max_forwards = "0"}, {"Max-Forwards | RFC 3261 §16.3 | 0\r\nC"}},
        Case{"too_many_hops", {.max_forwards = "256"}, {"Max-Forwards | RFC 3261 §20.22 | 256\r"}},
        Case{"extensions", {.more = "Require: 100rel, foo\r\nProxy-Require: bar, sec-agree\r\n"},
             {"Require | RFC 3261 §8.2.2.3 | foo\r", "Proxy-Require | RFC 3261 §16.3 | bar,"}},
        Case{"no_contact", {.contact = ""}, {"Contact | RFC 3261 §8.1.1.8 | \r\n"}},
        Case{"two_contacts", {.contact = "<sip:a>, <sip:b>"}, {"Contact | RFC 3261 §8.1.1.8 | Cont"}},
        Case{"accepts_no_sdp", {.more = "Accept: text/plain\r\n"}, {"Accept | RFC 3261 §21.4.7 | text"}},
        Case{"accepts_all", {.more = "Accept: text/plain, */*\r\n"}, {}},
        Case{"strict_router", {.more = "Route: <sip:p>\r\n"}, {"Route | RFC 3261 §16.6 | <sip"}},
        Case{"no_branch", {.via = "SIP/2.0/UDP a"}, {"Via | RFC 3261 §8.1.1.7 | SIP/"}},
        Case{"branch_of_rfc2543", {.via = "SIP/2.0/UDP a;branch=1"}, {"Via | RFC 3261 §8.1.1.7 | 1\r\nT"}},
        Case{"branch_without_id", {.via = "SIP/2.0/UDP a;branch=z9hG4bK"}, {"Via | RFC 3261 §8.1.1.7 | z9hG"}},
        Case{"received_in_brackets", {.via = "SIP/2.0/UDP a;branch=z9hG4bK1;received=[::1]"}, {"Via | RFC 5118 §4.5 | [::1"}},
        Case{"large_datagram", {.more = "Subject: " + std::string(1300, 'x') + "\r\n"}, {"Via | RFC 3261 §18.1.1 | SIP/"}},
        Case{"stream_without_length", {.via = "SIP/2.0/TCP a;branch=z9hG4bK1"}, {"Content-Length | RFC 3261 §18.3 | \r\n"}},
        Case{"no_tag", {.from = "<sip:a@b>"}, {"From | RFC 3261 §8.1.1.3 | <sip"}},
        Case{"response_without_tag", {.start = "SIP/2.0 200 OK"}, {"To | RFC 3261 §8.2.6.2 | <sip"}},
        Case{"trying_without_tag", {.start = "SIP/2.0 100 Trying"}, {}},
        Case{"response_with_two_vias", {.start = "SIP/2.0 100 Trying", .via = "SIP/2.0/UDP a;branch=z9hG4bK1, SIP/2.0/UDP b"},
             {"Via | RFC 3261 §8.1.3.3 | SIP/"}},
        Case{"name_against_bracket", {.from = "Alice<sip:a@b>;tag=1"}, {"From | RFC 3261 §25.1 | <sip"}},
        Case{"credentials_of_another_kind", {.more = "Authorization: Basic realm=\"x\"\r\n"}, {"Authorization | RFC 3261 §22.4 | Basi"}},
        Case{"surplus", {.more = "Content-Length: 0\r\n", .body = "more"}, {" | RFC 3261 §18.3 | more"}},
        Case{"body_of_no_type", {.body = "text"}, {" | RFC 3261 §20.15 | text"}},
        Case{"encoded_body", {.more = "Content-Type: application/sdp\r\ne: identity, gzip\r\n", .body = "\x1f"}, {"e | RFC 3261 §8.2.3 | gzip"}},
        Case{"multipart_without_end", {.more = "Content-Type: multipart/mixed;boundary=x\r\n", .body = "--x\r\n\r\nhi"}, {" | RFC 2046 §5.1.1 | "}}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace offhook::message
