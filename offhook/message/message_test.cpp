#include "offhook/message/message.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace offhook::message {
namespace {

const std::string invite =
    "INVITE sip:bob@biloxi.com SIP/2.0\r\n"
    "Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bK776asdhds\r\n"
    "v: SIP/2.0/UDP a , SIP/2.0/TCP\r\n b ;x=\"1,2\"\r\n"
    "Max-Forwards: 70\r\n"
    "To: Bob <sip:bob@biloxi.com>\r\n"
    "From : Alice <sip:alice@atlanta.com>;tag=1928301774 \r\n"
    "Call-ID: a84b4c76e66710@pc33.atlanta.com\r\n"
    "CSeq: 314159 INVITE\r\n"
    "X-Odd:;;,,\r\n"
    "Content-Length: 4\r\n"
    "\r\n"
    "body and more";

TEST(Message, FindsWhatStandsWhere) {
    Message message;
    ASSERT_TRUE(message.index(invite));
    EXPECT_TRUE(message.is_request());
    EXPECT_EQ(message.method(), Method::invite);
    EXPECT_EQ(message.request_uri(), "sip:bob@biloxi.com");
    EXPECT_EQ(message.body(), "body");
    EXPECT_EQ(message.bytes(), invite.substr(0, invite.size() - 9));
    EXPECT_EQ(message.fields().size(), 9u);
    EXPECT_EQ(message.count(HeaderId::via), 2u);
    EXPECT_EQ(message.value(HeaderId::from), "Alice <sip:alice@atlanta.com>;tag=1928301774");
    EXPECT_EQ(message.value(*message.find("x-odd")), ";;,,");
    EXPECT_EQ(message.find("nothing"), nullptr);
    EXPECT_EQ(message.name(*message.first(HeaderId::from)), "From");
    EXPECT_EQ(invite.substr(message.headers_end(), 2), "\r\n");
    // The fields lie side by side from the start line to the empty line: nothing is lost.
    std::uint32_t at = message.headers_begin();
    for (const HeaderField& field : message.fields()) {
        EXPECT_EQ(field.begin, at);
        at = field.end;
    }
    EXPECT_EQ(at, message.headers_end());
}

TEST(Message, KnowsNothingBeforeItIsIndexed) {
    const Message message;
    EXPECT_FALSE(message.has(HeaderId::via));
    EXPECT_EQ(message.fields().size(), 0u);
}

TEST(Message, IsTheSameAfterItsBytesMoved) {
    Message message;
    ASSERT_TRUE(message.index(invite));
    const std::string copy = invite;
    message.rebind(copy);
    EXPECT_EQ(message.body(), "body");
    EXPECT_EQ(message.bytes().data(), copy.data());
}

TEST(Message, ReadsAResponse) {
    Message message;
    ASSERT_TRUE(message.index("\r\n\r\nSIP/2.0 180 Ringing here\r\nCSeq: 1\r\n INVITE\r\n\r\nrest"));
    EXPECT_FALSE(message.is_request());
    EXPECT_EQ(message.status(), 180);
    EXPECT_EQ(message.reason(), "Ringing here");
    EXPECT_EQ(message.method(), Method::invite);
    EXPECT_EQ(message.body(), "rest");
    ASSERT_TRUE(message.index("sip/2.0 100 \r\n\r\n"));
    EXPECT_EQ(message.reason(), "");
    ASSERT_TRUE(message.index("SIP/2.0 200\r\n\r\n"));
    EXPECT_EQ(message.status(), 200);
}

struct Bad {
    const char* name;
    std::string text;
    ErrorCode code;
    std::uint32_t offset;
};

class BadMessage : public ::testing::TestWithParam<Bad> {};

TEST_P(BadMessage, IsRefusedAtTheOctetThatBreaksTheRule) {
    const Bad& c = GetParam();
    Message message;
    const auto indexed = message.index(c.text);
    ASSERT_FALSE(indexed);
    EXPECT_EQ(describe(indexed.error().code).text, describe(c.code).text);
    EXPECT_EQ(indexed.error().offset, c.offset);
    EXPECT_FALSE(message.partial());
}

using enum ErrorCode;
INSTANTIATE_TEST_SUITE_P(
    Rfc3261Section7, BadMessage,
    ::testing::Values(
        Bad{"nothing", "", empty, 0}, Bad{"line_ends", "\r\n\r\n", empty, 0}, Bad{"one_word", "INVITE\r\n\r\n", bad_start_line, 0},
        Bad{"two_words", "INVITE sip:a\r\n\r\n", bad_start_line, 12}, Bad{"two_spaces", "INVITE  sip:a SIP/2.0\r\n\r\n", bad_start_line, 7},
        Bad{"trailing_space", "INVITE sip:a SIP/2.0 \r\n\r\n", bad_start_line, 21}, Bad{"method", "INV@TE sip:a SIP/2.0\r\n\r\n", bad_method, 3},
        Bad{"blank_in_uri", "INVITE sip:a; lr SIP/2.0\r\n\r\n", bad_request_uri, 13},
        Bad{"angle_uri", "INVITE <sip:a> SIP/2.0\r\n\r\n", bad_request_uri, 7}, Bad{"version", "INVITE sip:a SIP/3.0\r\n\r\n", bad_version, 13},
        Bad{"protocol", "GET / HTTP/1.1\r\n\r\n", bad_start_line, 6}, Bad{"status_too_small", "SIP/2.0 099 x\r\n\r\n", bad_status, 8},
        Bad{"status_too_large", "SIP/2.0 700 x\r\n\r\n", bad_status, 8}, Bad{"status_wraps", "SIP/2.0 4294967301 x\r\n\r\n", bad_status, 8},
        Bad{"status_version", "SIP/1.0 200 x\r\n\r\n", bad_version, 0}, Bad{"no_status", "SIP/2.0\r\n\r\n", bad_start_line, 7},
        Bad{"no_end", "INVITE sip:a SIP/2.0\r\nTo: a\r\n", no_header_end, 29}, Bad{"cut_field", "INVITE sip:a SIP/2.0\r\nTo: a", no_header_end, 27},
        Bad{"cut_start", "INVITE sip:a SIP/2.0", no_header_end, 20}, Bad{"no_colon", "INVITE sip:a SIP/2.0\r\nTo\r\n\r\n", no_colon, 24},
        Bad{"name", "INVITE sip:a SIP/2.0\r\nT@: a\r\n\r\n", bad_header_name, 23},
        Bad{"no_name", "INVITE sip:a SIP/2.0\r\n: a\r\n\r\n", bad_header_name, 22},
        Bad{"fold_of_nothing", "INVITE sip:a SIP/2.0\r\n To: a\r\n\r\n", bad_folding, 22},
        Bad{"lone_lf", "INVITE sip:a SIP/2.0\r\nTo: a\nFrom: b\r\n\r\n", bad_line_end, 27},
        Bad{"lone_cr", "INVITE sip:a SIP/2.0\r\nTo: a\rFrom: b\r\n\r\n", bad_line_end, 27},
        Bad{"two_defects", "INVITE sip:a SIP/2.0\r\nl: x\r\nT@: a\r\nTo: b\n\r\n", bad_content_length, 25},
        Bad{"length", "INVITE sip:a SIP/2.0\r\nContent-Length: -9\r\n\r\n", bad_content_length, 38},
        Bad{"length_wraps", "INVITE sip:a SIP/2.0\r\nl: 4294967296\r\n\r\n", bad_content_length, 25},
        Bad{"short_body", "INVITE sip:a SIP/2.0\r\nl: 3\r\n\r\nab", body_too_short, 32}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Message, CanBeAnsweredThoughItIsBroken) {
    const std::string fields = "Via: SIP/2.0/UDP h\r\nbroken\r\nf: <sip:a@b>\r\nt: <sip:a@b>\r\ni: 1\r\nCSeq: 1 INVITE\r\n";
    Message message;
    const std::string request = "INVITE sip:a SIP/7.0\r\n" + fields + "\r\n";
    ASSERT_FALSE(message.index(request));
    EXPECT_TRUE(message.partial());
    EXPECT_EQ(message.value(HeaderId::call_id), "1");
    EXPECT_EQ(message.method(), Method::invite);
    EXPECT_FALSE(message.whole());
    ASSERT_FALSE(message.index("INVITE sip:a SIP/2.0\r\n" + fields));
    EXPECT_TRUE(message.partial());
    ASSERT_TRUE(message.index(invite));
    EXPECT_TRUE(message.whole());
    EXPECT_FALSE(message.partial());
    ASSERT_FALSE(message.index("SIP/7.0 200 OK\r\n" + fields + "\r\n"));
    EXPECT_FALSE(message.partial());
}

TEST(Message, KeepsToItsLimits) {
    Message message;
    const std::string start = "INVITE sip:bob@biloxi.com SIP/2.0\r\n";
    std::string many = start;
    for (std::uint32_t i = 0; i <= Limits{}.headers; ++i) many += "X: y\r\n";
    auto indexed = message.index(many + "\r\n");
    ASSERT_FALSE(indexed);
    EXPECT_EQ(indexed.error(), (ParseError{too_many_headers, static_cast<std::uint32_t>(start.size() + Limits{}.headers * 6)}));
    indexed = message.index(invite, {.size = 100});
    ASSERT_FALSE(indexed);
    EXPECT_EQ(indexed.error(), (ParseError{too_large, 100}));
    indexed = message.index(invite, {.request_uri = 17});
    ASSERT_FALSE(indexed);
    EXPECT_EQ(indexed.error(), (ParseError{uri_too_long, 24}));
    EXPECT_TRUE(message.partial());
    ASSERT_TRUE(message.index(invite, {.size = static_cast<std::uint32_t>(invite.size()), .headers = 9, .request_uri = 18}));
}

std::vector<std::string> items(const std::string& fields, HeaderId id) {
    const std::string text = "OPTIONS sip:a SIP/2.0\r\n" + fields + "\r\n";
    Message message;
    EXPECT_TRUE(message.index(text));
    std::vector<std::string> out;
    ListReader reader(message, id);
    while (const auto item = reader.next()) {
        EXPECT_EQ(text.substr(item->offset, item->text.size()), item->text);
        out.emplace_back(item->text);
    }
    return out;
}

using List = std::vector<std::string>;

TEST(ListReader, SplitsAtCommasThatSeparate) {
    EXPECT_EQ(items("Via: a, b\r\nTo: x\r\nv:c ,\r\n d\r\n", HeaderId::via), (List{"a", "b", "c", "d"}));
    EXPECT_EQ(items("m: \"a,\\\"b\" <sip:c,d>;x=\",\", <sip:e>\r\n", HeaderId::contact), (List{"\"a,\\\"b\" <sip:c,d>;x=\",\"", "<sip:e>"}));
    EXPECT_EQ(items("Contact: sip:a(b@c, sip:d\r\n", HeaderId::contact), (List{"sip:a(b@c", "sip:d"}));
    EXPECT_EQ(items("Via: a;;,;,,\r\n", HeaderId::via), (List{"a;;", ";", "", ""}));
    EXPECT_EQ(items("Contact: \"open, x\r\nm: y\r\n", HeaderId::contact), (List{"\"open, x", "y"}));
    EXPECT_EQ(items("Contact: <open, x\r\n", HeaderId::contact), (List{"<open, x"}));
    EXPECT_EQ(items("Supported:\r\nk: a\r\n", HeaderId::supported), (List{"a"}));
    EXPECT_EQ(items("Date: Sat, 13 Nov\r\n", HeaderId::date), (List{"Sat, 13 Nov"}));
    EXPECT_EQ(items("To: x\r\n", HeaderId::via), (List{}));
}

TEST(ListReader, SaysWhereInItsFieldAValueStands) {
    const std::string text = "OPTIONS sip:a SIP/2.0\r\nRoute: <sip:a>, <sip:b>\r\nRoute: <sip:c>\r\n\r\n";
    Message message;
    ASSERT_TRUE(message.index(text));
    ListReader reader(message, HeaderId::route);
    const auto a = reader.next(), b = reader.next(), c = reader.next();
    ASSERT_TRUE(a && b && c);
    EXPECT_TRUE(a->first_in_field && !a->last_in_field);
    EXPECT_TRUE(!b->first_in_field && b->last_in_field);
    EXPECT_TRUE(c->first_in_field && c->last_in_field);
    EXPECT_EQ(a->field, b->field);
    EXPECT_NE(b->field, c->field);
}

// What is kept is of the octets that were indexed last.
TEST(Message, KeepsWhatEveryElementAsksFor) {
    const std::string first = "OPTIONS sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1, SIP/2.0/UDP 192.0.2.2\r\n"
                              "From: A <sip:alice@example.com>;tag=1\r\nt: <sip:bob@example.com>\r\nCall-ID: c\r\nCSeq: 7 OPTIONS\r\n\r\n";
    Message message;
    ASSERT_TRUE(message.index(first));
    ASSERT_TRUE(message.top_via() && message.from() && message.to() && message.cseq() && message.uri());
    EXPECT_EQ(message.top_via()->branch, "z9hG4bK1");
    EXPECT_EQ(message.top_via_text(), "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1");
    EXPECT_EQ(message.bytes().substr(message.top_via_offset()).substr(0, 21), "SIP/2.0/UDP 192.0.2.1");
    EXPECT_EQ(message.from_tag(), "1");
    EXPECT_EQ(message.from()->uri.user, "alice");
    EXPECT_EQ(message.to_tag(), "");
    EXPECT_EQ(message.cseq()->number, 7u);
    EXPECT_EQ(message.uri()->user, "bob");
    EXPECT_EQ(&message.from()->uri.user.front(), &message.from()->address.uri[4]);

    const std::string copy = first;
    message.rebind(copy);
    EXPECT_EQ(message.from_tag().data(), copy.data() + copy.find("tag=1") + 4);
    ASSERT_TRUE(message.index("OPTIONS x SIP/2.0\r\nVia: nonsense\r\nFrom: <sip:carol@example.com>;tag=2\r\nCSeq: x\r\n\r\n"));
    EXPECT_EQ(message.from_tag(), "2");
    EXPECT_EQ(message.to().error().code, ErrorCode::missing_header);
    EXPECT_FALSE(message.top_via() || message.cseq() || message.uri());
    EXPECT_EQ(message.top_via_text(), "nonsense");
}

}  // namespace
}  // namespace offhook::message
