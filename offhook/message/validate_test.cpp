#include "offhook/message/validate.hpp"

#include <gtest/gtest.h>

#include <string>

namespace offhook::message {
namespace {

const std::string good =
    "INVITE sip:bob@biloxi.com SIP/2.0\r\n"
    "Via: SIP/2.0/UDP a;branch=z9hG4bK1\r\n"
    "To: <sip:bob@biloxi.com>\r\n"
    "From: <sip:alice@atlanta.com>;tag=88sja8x\r\n"
    "Call-ID: 987asjd97y7atg\r\n"
    "CSeq: 1 INVITE\r\n";

std::string without(const std::string& name) {
    std::string text = good;
    const std::size_t from = text.find("\r\n" + name + ":") + 2;
    return text.erase(from, text.find("\r\n", from) + 2 - from);
}

std::string with(const std::string& from, const std::string& to) {
    std::string text = good;
    return text.replace(text.find(from), from.size(), to);
}

struct Case {
    const char* name;
    std::string text;
    ErrorCode code;
    HeaderId header;
    int status;
    const char* reason;
    std::string at;  // what stands at the offset; empty: the end of the header part
};

class Validate : public ::testing::TestWithParam<Case> {};

TEST_P(Validate, NamesTheFirstDefect) {
    const Case& c = GetParam();
    const std::string text = c.text + "\r\n";
    Message message;
    ASSERT_TRUE(message.index(text));
    const auto verdict = validate(message);
    ASSERT_FALSE(verdict);
    EXPECT_EQ(describe(verdict.error().error.code).text, describe(c.code).text);
    EXPECT_EQ(verdict.error().header, c.header);
    EXPECT_EQ(verdict.error().status, c.status);
    EXPECT_EQ(verdict.error().reason, c.reason);
    EXPECT_EQ(verdict.error().error.offset, c.at.empty() ? message.headers_end() : text.find(c.at)) << verdict.error().error.offset;
}

using enum ErrorCode;
INSTANTIATE_TEST_SUITE_P(
    Rfc3261, Validate,
    ::testing::Values(
        Case{"unknown_scheme", with("sip:bob", "nobody:bob"), unsupported_scheme, HeaderId::other, 416, "Unsupported URI Scheme", "nobody"},
        Case{"request_uri", with("bob@biloxi", "bob@@biloxi"), bad_host, HeaderId::other, 400, "Bad Request-URI", "@biloxi.com S"},
        Case{"headers_in_request_uri", with("com SIP", "com?x=y SIP"), headers_in_request_uri, HeaderId::other, 400, "Bad Request-URI", "?x=y"},
        Case{"no_to", without("To"), missing_header, HeaderId::to, 400, "Missing To", ""},
        Case{"no_from", without("From"), missing_header, HeaderId::from, 400, "Missing From", ""},
        Case{"no_call_id", without("Call-ID"), missing_header, HeaderId::call_id, 400, "Missing Call-ID", ""},
        Case{"no_cseq", without("CSeq"), missing_header, HeaderId::cseq, 400, "Missing CSeq", ""},
        Case{"no_via", without("Via"), missing_header, HeaderId::via, 400, "Missing Via", ""},
        Case{"two_from", good + "f: <sip:x@y>\r\n", repeated_header, HeaderId::from, 400, "Repeated From", "f: <"},
        Case{"via", with("UDP a", "UDP a;;"), bad_parameter, HeaderId::via, 400, "Bad Via", ";;branch"},
        Case{"empty_via", with("SIP/2.0/UDP a;branch=z9hG4bK1", ""), bad_via, HeaderId::via, 400, "Bad Via", "\r\nTo"},
        Case{"to", with("<sip:bob@biloxi.com>\r", "\"open\r"), unterminated_quote, HeaderId::to, 400, "Bad To", "\"open"},
        Case{"from_star", with("<sip:alice@atlanta.com>;tag=88sja8x", "*"), bad_name_addr, HeaderId::from, 400, "Bad From", "*"},
        Case{"control", with("88sja8x", std::string("\"x\0\"", 4)), bad_header_value, HeaderId::from, 400, "Bad From", std::string("\0", 1)},
        Case{"call_id", with("987asjd97y7atg", "a b"), bad_call_id, HeaderId::call_id, 400, "Bad Call-ID", " b\r"},
        Case{"cseq", with("1 INVITE", "INVITE"), bad_cseq, HeaderId::cseq, 400, "Bad CSeq", "INVITE\r"},
        Case{"cseq_method", with("1 INVITE", "1 invite"), cseq_method_mismatch, HeaderId::cseq, 400, "Bad CSeq", "invite\r"},
        Case{"max_forwards", good + "Max-Forwards: oops\r\n", bad_number, HeaderId::max_forwards, 400, "Bad Max-Forwards", "oops\r"},
        Case{"route", good + "Route: <sip:a>, b\r\n", bad_name_addr, HeaderId::route, 400, "Bad Route", "\r\n\r\n"},
        Case{"contact", good + "Contact: sip:a@b,1\r\n", comma_needs_brackets, HeaderId::contact, 400, "Bad Contact", ",1"},
        Case{"empty_contact", good + "Contact:\r\n", bad_name_addr, HeaderId::contact, 400, "Bad Contact", "\r\n\r\n"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Validate, AcceptsWhatIsOnlyUnusual) {
    for (const std::string& text : {good, with(";branch=z9hG4bK1", ""), with(";tag=88sja8x", ""), with("<sip:bob@biloxi.com>", "tel:+1-2"),
                                    good + "Contact: *\r\n", good + "Date: yesterday\r\n", good + "Subject: a\r\nSubject: b\r\n"}) {
        const std::string whole = text + "\r\n";
        Message message;
        ASSERT_TRUE(message.index(whole));
        const auto verdict = validate(message);
        EXPECT_TRUE(verdict) << whole << describe(verdict.error().error.code).text;
    }
}

TEST(Validate, IsAsStrictAsItsSwitches) {
    const auto owed = [](const std::string& text, const Strictness& strictness) {
        const std::string whole = text + "\r\n";
        Message message;
        EXPECT_TRUE(message.index(whole));
        const auto verdict = validate(message, strictness);
        return verdict ? std::string("fine") : std::string(verdict.error().reason);
    };
    EXPECT_EQ(owed(good, {.require_max_forwards = true}), "Missing Max-Forwards");
    EXPECT_EQ(owed(with(";branch=z9hG4bK1", ""), {.require_rfc3261_branch = true}), "Bad Via");
    EXPECT_EQ(owed(with("z9hG4bK1", "z9hG4bK"), {.require_rfc3261_branch = true}), "Bad Via");
    EXPECT_EQ(owed(with(";tag=88sja8x", ""), {.require_rfc3261_branch = true}), "Bad From");
    EXPECT_EQ(owed(good + "Date: yesterday\r\n", {.check_everything = true}), "Bad Date");
}

// Every header field of RFC 3261 §20 in the form that its section prints, and one that is wrong.
TEST(Validate, ReadsEveryHeaderFieldWhenAsked) {
    const struct {
        const char *name, *right, *wrong;
    } cases[] = {
        {"Accept", "application/sdp;level=1, application/x-private, text/html", "application"},
        {"Accept-Encoding", "gzip;q=1.0, identity; q=0.5, *;q=0", "g zip"},
        {"Accept-Language", "da, en-gb;q=0.8, en;q=0.7", "en gb"},
        {"Alert-Info", "<http://www.example.com/sounds/moo.wav>", "http://www.example.com/sounds/moo.wav"},
        {"Allow", "INVITE, ACK, OPTIONS, CANCEL, BYE", "INVITE ACK"},
        {"Authentication-Info", "nextnonce=\"47364c23432d2e131a5fb210812c\"", "nextnonce"},
        {"Authorization", "Digest username=\"Alice\", realm=\"atlanta.com\", nonce=\"84a4\", response=\"7587\"",
         "Digest username=\"Alice\" realm=\"x\""},
        {"Call-Info", "<http://wwww.example.com/alice/photo.jpg> ;purpose=icon, <http://www.example.com/alice/> ;purpose=info", "photo"},
        {"Contact",
         "\"Mr. Watson\" <sip:watson@worcester.bell-telephone.com>;q=0.7; expires=3600, \"Mr. Watson\" <mailto:watson@bell-telephone.com> ;q=0.1",
         "Mr. Watson"},
        {"Content-Disposition", "session;handling=optional", ";handling"},
        {"Content-Encoding", "gzip", "g/zip"},
        {"Content-Language", "fr", "f r"},
        {"Content-Type", "text/html; charset=ISO-8859-4", "text"},
        {"Date", "Sat, 13 Nov 2010 23:29:00 GMT", "Sat, 13 Nov 2010 23:29:00 CET"},
        {"Error-Info", "<sip:not-in-service-recording@atlanta.com>", "<sip:>"},
        {"Expires", "5", "five"},
        {"In-Reply-To", "70710@saturn.bell-tel.com, 17320@saturn.bell-tel.com", "a b"},
        {"Max-Forwards", "6", "-6"},
        {"Min-Expires", "60", "60s"},
        {"MIME-Version", "1.0", "one"},
        {"Organization", "Boxes by Bob", nullptr},
        {"Priority", "non-urgent", "non urgent"},
        {"Proxy-Authenticate",
         "Digest realm=\"atlanta.com\", domain=\"sip:ss1.carrier.com\", qop=\"auth\", nonce=\"f84f\", opaque=\"\", stale=FALSE, algorithm=MD5",
         "Digest"},
        {"Proxy-Authorization", "Digest username=\"Alice\", realm=\"atlanta.com\"", "Digest username"},
        {"Proxy-Require", "foo", "foo bar"},
        {"Record-Route", "<sip:server10.biloxi.com;lr>, <sip:bigbox3.site3.atlanta.com;lr>", "<sip:server10.biloxi.com;lr"},
        {"Reply-To", "Bob <sip:bob@biloxi.com>", "Bob"},
        {"Require", "100rel", "100 rel"},
        {"Retry-After", "18000;duration=3600", "soon"},
        {"Route", "<sip:bigbox3.site3.atlanta.com;lr>, <sip:server10.biloxi.com;lr>", "x"},
        {"Server", "HomeServer v2", nullptr},
        {"Subject", "Need more boxes", nullptr},
        {"Supported", "100rel", "100/rel"},
        {"Timestamp", "54 0.5", "now"},
        {"Unsupported", "foo", "foo bar"},
        {"User-Agent", "Softphone Beta1.5", nullptr},
        {"Via", "SIP/2.0/UDP first.example.com: 4000;ttl=16 ;maddr=224.2.0.1 ;branch=z9hG4bKa7c6a8dlze.1", "SIP/2.0/UDP"},
        {"Warning", "307 isi.edu \"Session parameter 'foo' not understood\", 301 isi.edu \"Incompatible network address type 'E.164'\"",
         "307 isi.edu text"},
        {"WWW-Authenticate", "Digest realm=\"atlanta.com\", nonce=\"f84f\"", "Digest realm"},
        {"Session-Expires", "1800;refresher=uac", "1800;refresher=x"},
        {"RAck", "776656 1 INVITE", "776656 INVITE"},
        {"Event", "presence", "pres ence"},
        {"Subscription-State", "active;expires=60", "=active"},
        {"Replaces", "98732@sip.example.com ;from-tag=r33th4x0r ;to-tag=ff87ff", "a b;from-tag=x"},
        {"Refer-To", "<sip:dave@denver.example.org?Replaces=12345%40192.168.118.3%3Bto-tag%3D12345>", "sip:dave@d?x=y"},
        {"Reason", "Q.850;cause=16;text=\"Terminated\"", ";cause=1"},
        {"Path", "<sip:P1.EXAMPLEVISITED.COM;lr>", ""},
    };
    for (const auto& c : cases) {
        const std::string right = good + c.name + ": " + c.right + "\r\n\r\n";
        Message message;
        ASSERT_TRUE(message.index(right)) << c.name;
        const auto accepted = validate(message, {.check_everything = true});
        EXPECT_TRUE(accepted) << c.name << ": " << describe(accepted.error().error.code).text << " at "
                              << right.substr(accepted.error().error.offset);
        if (c.wrong == nullptr) continue;
        const std::string wrong = good + c.name + ": " + c.wrong + "\r\n\r\n";
        ASSERT_TRUE(message.index(wrong)) << c.name;
        const auto refused = validate(message, {.check_everything = true});
        ASSERT_FALSE(refused) << c.name;
        EXPECT_EQ(refused.error().reason, std::string("Bad ") + c.name);
        EXPECT_GE(refused.error().error.offset, good.size()) << c.name;
    }
}

TEST(DefectOf, OwesTheStatusOfTheLimit) {
    const std::pair<ErrorCode, int> cases[] = {{too_large, 413},   {too_many_headers, 413}, {uri_too_long, 414},
                                               {bad_version, 505}, {no_colon, 400},         {body_too_short, 400}};
    for (const auto& [code, status] : cases) EXPECT_EQ(defect_of({code, 7}).status, status) << describe(code).text;
}

}  // namespace
}  // namespace offhook::message
