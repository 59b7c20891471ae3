#include "offhook/message/fragment.hpp"

#include <gtest/gtest.h>

#include <string>

#include "offhook/message/name_addr.hpp"
#include "offhook/message/values.hpp"

namespace offhook::message {
namespace {

// RFC 3420 §3.1 prints these.
TEST(Fragment, CanBeAStartLineAlone) {
    const auto request = Fragment::parse("INVITE sip:alice@atlanta.com SIP/2.0\r\n");
    ASSERT_TRUE(request);
    EXPECT_TRUE(request->is_request());
    EXPECT_EQ(request->message().method(), Method::invite);
    EXPECT_EQ(request->message().request_uri(), "sip:alice@atlanta.com");
    for (const char* text : {"SIP/2.0 603 Declined\r\n", "SIP/2.0 603 Declined", "SIP/2.0 603 Declined\r\n\r\n"}) {
        const auto response = Fragment::parse(text);
        ASSERT_TRUE(response) << text;
        EXPECT_FALSE(response->is_request());
        EXPECT_EQ(response->status(), 603);
        EXPECT_EQ(response->reason(), "Declined");
        EXPECT_TRUE(response->message().fields().empty());
    }
}

TEST(Fragment, CanBeSomeOfTheFields) {
    const auto with_start = Fragment::parse(
        "REGISTER sip:atlanta.com SIP/2.0\r\nTo: sip:alice@atlanta.com\r\n"
        "Contact: <sip:alicepc@atlanta.com>;q=0.9,\r\n         <sip:alicemobile@atlanta.com>;q=0.1\r\n");
    ASSERT_TRUE(with_start);
    ListReader contacts(with_start->message(), HeaderId::contact);
    EXPECT_EQ(contacts.next()->text, "<sip:alicepc@atlanta.com>;q=0.9");
    EXPECT_EQ(contacts.next()->text, "<sip:alicemobile@atlanta.com>;q=0.1");
    const auto response = Fragment::parse("SIP/2.0 400 Bad Request\r\nWarning: 399 atlanta.com \"Your Event header field was malformed\"\r\n");
    ASSERT_TRUE(response);
    EXPECT_EQ(parse_warning(response->message().value(HeaderId::warning))->code, 399);
    const auto fields = Fragment::parse(
        "From: Alice <sip:alice@atlanta.com>\r\nTo: Bob <sip:bob@biloxi.com>\r\nContact: <sip:alice@pc33.atlanta.com>\r\n"
        "Date: Thu, 21 Feb 2002 13:02:03 GMT\r\nCall-ID: a84b4c76e66710\r\nCseq: 314159 INVITE");
    ASSERT_TRUE(fields);
    EXPECT_FALSE(fields->has_start_line());
    EXPECT_FALSE(fields->is_request());
    EXPECT_EQ(fields->status(), 0);
    EXPECT_EQ(fields->reason(), "");
    EXPECT_EQ(parse_name_addr(fields->message().value(HeaderId::from))->display_name, "Alice");
    EXPECT_EQ(parse_cseq(fields->message().value(HeaderId::cseq))->number, 314159u);
}

TEST(Fragment, CanHaveABody) {
    auto parsed = Fragment::parse("Content-Type: text/plain\r\nContent-Length: 11\r\n\r\nHi There!\r\n");
    ASSERT_TRUE(parsed);
    const Fragment moved = std::move(*parsed);
    EXPECT_EQ(moved.message().body(), "Hi There!\r\n");
    EXPECT_EQ(moved.message().value(HeaderId::content_type), "text/plain");
}

struct Bad {
    const char* name;
    const char* text;
    ErrorCode code;
    std::uint32_t offset;
};

class BadFragment : public ::testing::TestWithParam<Bad> {};

TEST_P(BadFragment, IsRefused) {
    const Bad& c = GetParam();
    const auto parsed = Fragment::parse(c.text);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error(), (ParseError{c.code, c.offset}));
}

// §3.2 prints the first nine.
using enum ErrorCode;
INSTANTIATE_TEST_SUITE_P(
    Rfc3420, BadFragment,
    ::testing::Values(Bad{"method_alone", "INVITE\r\n", bad_start_line, 0},
                      Bad{"another_version", "INVITE sip:alice@atlanta.com SIP/1.09\r\n", bad_version, 29}, Bad{"version_alone", "SIP/2.0\r\n", bad_start_line, 7},
                      Bad{"no_version", "404 Not Found\r\n", bad_start_line, 8},
                      Bad{"via_without_host", "INVITE sip:alice@atlanta.com SIP/2.0\r\nVia: SIP/2.0/UDP ;branch=z9hG4bK29342a\r\n", bad_host, 55},
                      Bad{"empty_uri", "To: <>;tag=39234\r\n", bad_uri, 5}, Bad{"to_twice", "To: <sip:a@b>\r\nTo: sip:alice@atlanta.com\r\n", repeated_header, 15},
                      Bad{"call_id_with_blanks", "Call-ID: this is invalid\r\n", bad_call_id, 13},
                      Bad{"body_without_its_fields", "MESSAGE sip:alice@atlanta.com SIP/2.0\r\nHi There!\r\n", no_colon, 42},
                      Bad{"body_without_length", "Content-Type: text/plain\r\n\r\nHi", missing_header, 26}, Bad{"empty", "", ErrorCode::empty, 0}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(FragmentStatus, IsReadWhateverFollows) {
    const auto ok = fragment_status("SIP/2.0 200 OK\r\nnonsense");
    ASSERT_TRUE(ok);
    EXPECT_EQ(ok->status, 200);
    EXPECT_EQ(ok->reason, "OK");
    EXPECT_EQ(fragment_status("sip/2.0 100")->status, 100);
    for (const char* text : {"", "SIP/2.0", "SIP/2.0 2000 x", "SIP/2.0 99 x", "SIP/2.0 700 x", "SIP/3.0 200 OK", "To: <sip:a@b>"})
        EXPECT_FALSE(fragment_status(text)) << text;
}

}  // namespace
}  // namespace offhook::message
