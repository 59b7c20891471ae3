#include "offhook/message/refer.hpp"

#include <gtest/gtest.h>

#include "offhook/message/uri_headers.hpp"
#include "offhook/message/verdict_test.hpp"

namespace offhook::message {
namespace {

using enum ErrorCode;

// RFC 3515 §2.1, its examples without the line wraps.
TEST(ReferTo, ReadsTheRfcsExamples) {
    EXPECT_EQ(parse_name_addr("sip:alice@atlanta.example.com")->uri, "sip:alice@atlanta.example.com");
    EXPECT_EQ(parse_uri(parse_name_addr("<sip:carol@cleveland.example.org;method=SUBSCRIBE>")->uri)->parameter("method"), "SUBSCRIBE");
    EXPECT_EQ(parse_name_addr("http://www.ietf.org")->uri, "http://www.ietf.org");
    const auto transfer =
        parse_name_addr("<sip:dave@denver.example.org?Replaces=12345%40192.168.118.3%3Bto-tag%3D12345%3Bfrom-tag%3D5FFE-3994>");
    ASSERT_TRUE(transfer);
    const auto header = uri_header(parse_uri(transfer->uri)->headers, "replaces");
    ASSERT_TRUE(header);
    const std::string plain = unescape(*header);
    const auto replaces = parse_replaces(plain);
    ASSERT_TRUE(replaces);
    EXPECT_EQ(replaces->call_id, "12345@192.168.118.3");
    EXPECT_EQ(replaces->from_tag, "5FFE-3994");
    std::string written;
    append_refer_to(written, "sip:dave@denver.example.org", *replaces);
    EXPECT_EQ(written, "<sip:dave@denver.example.org?Replaces=12345%40192.168.118.3%3Bto-tag%3D12345%3Bfrom-tag%3D5FFE-3994>");
}

// RFC 4488 §4.
TEST(ReferSub, IsTrueOrFalse) {
    EXPECT_FALSE(parse_refer_sub("false")->subscribe);
    EXPECT_TRUE(parse_refer_sub("True ;x=y")->subscribe);
    EXPECT_EQ(verdict(parse_refer_sub(" no")), refused(bad_token, 1));
    EXPECT_EQ(verdict(parse_refer_sub("false x")), refused(trailing_bytes, 6));
}

// RFC 7614 §4.8, where the second is the section's example of what is not allowed.
TEST(ReferEventsAt, IsASipUriInBrackets) {
    EXPECT_EQ(parse_refer_events_at("<sips:vPT3izGmo8NTxaPADRZvEAY22BKx@example.com;gr>")->uri, "sips:vPT3izGmo8NTxaPADRZvEAY22BKx@example.com;gr");
    EXPECT_EQ(verdict(parse_refer_events_at("sip:wsXa9mkHtPcGu8@example.com")), refused(bad_name_addr, 0));
    EXPECT_EQ(verdict(parse_refer_events_at("<http://example.com>")), refused(bad_uri, 1));
}

// RFC 3892 §3.
TEST(ReferredBy, NamesTheReferrerAndItsToken) {
    const auto value = parse_referred_by("sip:r@ref.example;cid=\"2UWQFN309shb3@ref.example\"");
    ASSERT_TRUE(value);
    EXPECT_EQ(value->uri, "sip:r@ref.example");
    EXPECT_EQ(value->cid, "2UWQFN309shb3@ref.example");
    EXPECT_EQ(parse_referred_by("<sip:referrer@referrer.example>\r\n ;cid=\"20398823.2UWQFN309shb3@referrer.example\"")->cid,
              "20398823.2UWQFN309shb3@referrer.example");
    EXPECT_EQ(parse_referred_by("<sip:a@b>")->cid, "");
    EXPECT_EQ(verdict(parse_referred_by("<sip:a@b>;cid=\"x\"")), refused(bad_parameter_value, 15));
    EXPECT_EQ(verdict(parse_referred_by("<sip:a@b>;cid=\"@x\"")), refused(bad_parameter_value, 15));
    EXPECT_EQ(verdict(parse_referred_by("<sip:a@b>;cid=\"a@x@y\"")), refused(bad_parameter_value, 15));
    EXPECT_EQ(verdict(parse_referred_by("<sip:a@b>;cid")), refused(bad_parameter_value, 10));
}

TEST(UriHeaders, AreFoundByName) {
    EXPECT_EQ(uri_header("a=1&B=2&c", "b"), "2");
    EXPECT_EQ(uri_header("a=1&B=2&c", "c"), "");
    EXPECT_EQ(uri_header("a=1&B=2&c", "d"), std::nullopt);
    EXPECT_EQ(uri_header("", "d"), std::nullopt);
    std::string out;
    append_uri_header_value(out, "a b;c=\"\xe4\"");
    EXPECT_EQ(out, "a%20b%3Bc%3D%22%E4%22");
}

}  // namespace
}  // namespace offhook::message
