// The warm path of a message takes nothing from the heap: every allocation of this test program is counted.
#include <gtest/gtest.h>

#include <string>

#include "offhook/base/allocation_count_test.hpp"
#include "offhook/message/builder.hpp"
#include "offhook/message/edits.hpp"
#include "offhook/message/validate.hpp"

namespace offhook::message {
namespace {

TEST(Allocations, AreNoneWhileAMessagePassesThrough) {
    const std::string text =
        "INVITE sip:u000001@192.0.2.4:5060;transport=udp SIP/2.0\r\n"
        "Via: SIP/2.0/UDP 192.0.2.10:5070;branch=z9hG4bK-524287-1---7d7a3f;rport\r\n"
        "Max-Forwards: 70\r\n"
        "Route: <sip:proxy.example.com;lr>, <sip:[2001:db8::1];lr>\r\n"
        "Contact: <sip:u000000@192.0.2.10:5070>;+sip.instance=\"<urn:uuid:1>\"\r\n"
        "To: <sip:u000001@example.com>\r\n"
        "From: \"Alice\" <sip:u000000@example.com>;tag=9b2f3c1d\r\n"
        "Call-ID: 7c9e6679-7425-40de-944b-e07fc1f90ae7\r\n"
        "CSeq: 1 INVITE\r\n"
        "Supported: timer, 100rel\r\n"
        "Content-Length: 0\r\n\r\n";
    std::string forwarded, answer;
    forwarded.reserve(4096);
    answer.reserve(4096);
    Message message;
    Edits edits;
    const std::uint64_t before = test::allocations();
    bool fine = message.index(text).has_value() && validate(message).has_value();
    edits.insert(message.headers_begin(), edits.keep("Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"));
    if (const auto route = ListReader(message, HeaderId::route).next()) edits.erase(message, *route);
    edits.replace_value(*message.first(HeaderId::max_forwards), "69");
    edits.write(message, forwarded);
    write_response(answer, message, {.status = 180, .to_tag = "a73kszlfl"});
    const std::uint64_t after = test::allocations();
    EXPECT_TRUE(fine);
    EXPECT_EQ(after - before, 0u);
    EXPECT_FALSE(forwarded.empty() || answer.empty());
}

}  // namespace
}  // namespace offhook::message
