#include "offhook/message/uri.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace offhook::message {
namespace {

struct Good {
    const char* name;
    std::string text;
    Scheme scheme;
    std::string user, password, host;
    int port;
    std::string parameters, headers;
};

class GoodUri : public ::testing::TestWithParam<Good> {};

TEST_P(GoodUri, IsTakenApart) {
    const Good& c = GetParam();
    const auto uri = parse_uri(c.text);
    ASSERT_TRUE(uri) << describe(uri.error().code).text << " at " << uri.error().offset;
    EXPECT_EQ(uri->scheme, c.scheme);
    EXPECT_EQ(uri->text, c.text);
    EXPECT_EQ(uri->user, c.user);
    EXPECT_EQ(uri->password, c.password);
    EXPECT_EQ(uri->host, c.host);
    EXPECT_EQ(uri->port, c.port);
    EXPECT_EQ(uri->parameters, c.parameters);
    EXPECT_EQ(uri->headers, c.headers);
    EXPECT_TRUE(equivalent(*uri, *uri));
}

using enum Scheme;
INSTANTIATE_TEST_SUITE_P(
    Rfc3261Section19, GoodUri,
    ::testing::Values(Good{"plain", "sip:alice@atlanta.com", sip, "alice", "", "atlanta.com", 0, "", ""},
                      Good{"password_and_transport", "sip:alice:secretword@atlanta.com;transport=tcp", sip, "alice", "secretword", "atlanta.com", 0,
                           ";transport=tcp", ""},
                      Good{"headers", "sips:alice@atlanta.com?subject=project%20x&priority=urgent", sips, "alice", "", "atlanta.com", 0, "",
                           "subject=project%20x&priority=urgent"},
                      Good{"number_as_user", "sip:+1-212-555-1212:1234@gateway.com;user=phone", sip, "+1-212-555-1212", "1234", "gateway.com", 0,
                           ";user=phone", ""},
                      Good{"host_alone", "sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com", sip, "", "", "atlanta.com", 0, ";method=REGISTER",
                           "to=alice%40atlanta.com"},
                      Good{"semicolon_in_user", "sip:alice;day=tuesday@atlanta.com", sip, "alice;day=tuesday", "", "atlanta.com", 0, "", ""},
                      Good{"question_mark_in_user", "sip:a?b/c@h:1", sip, "a?b/c", "", "h", 1, "", ""},
                      Good{"address_and_port", "SIP:alice@192.0.2.4:65535", sip, "alice", "", "192.0.2.4", 65535, "", ""},
                      Good{"ipv6", "sip:[2001:db8::10]:5070;lr", sip, "", "", "[2001:db8::10]", 5070, ";lr", ""},
                      Good{"ipv6_with_ipv4", "sip:user@[2001:db8::192.0.2.1]", sip, "user", "", "[2001:db8::192.0.2.1]", 0, "", ""},
                      Good{"brackets_in_parameter", "sip:a@h;maddr=[::1];ttl=5", sip, "a", "", "h", 0, ";maddr=[::1];ttl=5", ""},
                      Good{"trailing_dot", "sip:a@example.com.", sip, "a", "", "example.com.", 0, "", ""},
                      Good{"name_of_a_container", "sip:a@3f2a9c", sip, "a", "", "3f2a9c", 0, "", ""},
                      Good{"telephone", "tel:+1-201-555-0123;isub=7", tel, "+1-201-555-0123", "", "", 0, ";isub=7", ""},
                      Good{"local_telephone", "tel:7042;phone-context=example.com", tel, "7042", "", "", 0, ";phone-context=example.com", ""},
                      Good{"star_code", "tel:*21*9#", tel, "*21*9#", "", "", 0, "", ""},
                      Good{"other_scheme", "soap.beep://192.0.2.103:3002", other, "//192.0.2.103:3002", "", "", 0, "", ""}),
    [](const auto& test) { return std::string(test.param.name); });

struct Bad {
    const char* name;
    std::string text;
    ErrorCode code;
    std::uint32_t offset;
};

class BadUri : public ::testing::TestWithParam<Bad> {};

TEST_P(BadUri, IsRefusedAtTheOctetThatBreaksTheRule) {
    const Bad& c = GetParam();
    const auto uri = parse_uri(c.text);
    ASSERT_FALSE(uri);
    EXPECT_EQ(uri.error().code, c.code) << describe(uri.error().code).text;
    EXPECT_EQ(uri.error().offset, c.offset);
}

using enum ErrorCode;
INSTANTIATE_TEST_SUITE_P(
    Rfc3261Section19, BadUri,
    ::testing::Values(
        Bad{"nothing", "", bad_uri, 0}, Bad{"no_scheme", "alice@atlanta.com", bad_uri, 5}, Bad{"digit_scheme", "1sip:a", bad_uri, 0},
        Bad{"no_host", "sip:", bad_host, 4}, Bad{"empty_user", "sip:@host", bad_uri, 4}, Bad{"empty_user_with_password", "sip::p@host", bad_uri, 4},
        Bad{"two_at", "sip:a@b@c", bad_uri, 7}, Bad{"blank_in_user", "sip:a b@c", bad_uri, 5}, Bad{"bracket_in_user", "sip:a[b@c", bad_uri, 5},
        Bad{"half_escape", "sip:a%4@c", bad_escape, 5}, Bad{"no_hex", "sip:a%zz@c", bad_escape, 5}, Bad{"bare_ipv6", "sip:2001:db8::10", bad_host, 4},
        Bad{"bad_ipv6", "sip:[2001:db8:::1]", bad_host, 4}, Bad{"ipv4_in_brackets", "sip:[192.0.2.1]", bad_host, 4},
        Bad{"open_ipv6", "sip:[::1", bad_host, 4}, Bad{"bad_ipv4", "sip:a@256.0.0.1", bad_host, 6}, Bad{"double_dot", "sip:a@b..c", bad_host, 6},
        Bad{"dot", "sip:a@.", bad_host, 6}, Bad{"empty_port", "sip:a@b:", bad_port, 8}, Bad{"port_zero", "sip:a@b:0", bad_port, 8},
        Bad{"large_port", "sip:a@b:65536", bad_port, 8}, Bad{"empty_parameter", "sip:a@b;;lr", bad_parameter, 8},
        Bad{"no_parameter_value", "sip:a@b;x=", bad_parameter, 8}, Bad{"no_parameter_name", "sip:a@b;=x", bad_parameter, 8},
        Bad{"quote_in_parameter", "sip:a@b;x=\"y\"", bad_parameter, 10}, Bad{"header_without_value", "sip:a@b?x", bad_uri, 8},
        Bad{"empty_headers", "sip:a@b?", bad_uri, 8}, Bad{"trailing_blank", "sip:a@b ", bad_uri, 7}, Bad{"angle", "<sip:a@b>", bad_uri, 0},
        Bad{"empty_telephone", "tel:", bad_telephone_number, 4}, Bad{"letters_in_global_number", "tel:+1f", bad_telephone_number, 6},
        Bad{"separators_only", "tel:---", bad_telephone_number, 4}, Bad{"other_scheme_empty", "mailto:", bad_uri, 7}),
    [](const auto& test) { return std::string(test.param.name); });

struct Pair {
    const char *a, *b;
    bool equal;
};

// RFC 3261 §19.1.4 prints most of these; RFC 5954 §4.2 those with IPv6; RFC 3966 §4 those of tel:.
TEST(UriComparison, FollowsTheRules) {
    const Pair pairs[] = {
        {"sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp", true},
        {"sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5", true},
        {"sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on", true},
        {"sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
         "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com", true},
        {"sip:alice@atlanta.com?subject=project%20x&priority=urgent", "sip:alice@atlanta.com?priority=urgent&subject=project%20x", true},
        {"SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP", false},
        {"sip:bob@biloxi.com", "sip:bob@biloxi.com:5060", false},
        {"sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp", false},
        {"sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp", false},
        {"sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting", false},
        {"sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4", false},
        {"sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off", false},
        {"sip:alice@example.com", "sips:alice@example.com", false},
        {"sip:alice@example.com", "sip:alice@example.com;user=phone", false},
        {"sip:alice@example.com", "sip:alice@example.com;ttl=1", false},
        {"sip:alice@example.com", "sip:alice@example.com;method=INVITE", false},
        {"sip:alice@example.com", "sip:alice@example.com;maddr=192.0.2.1", false},
        {"sip:alice@example.com", "sip:example.com", false},
        {"sip:alice:pw@example.com", "sip:alice@example.com", false},
        {"sip:alice:pw@example.com", "sip:alice:PW@example.com", false},
        {"sip:a@h?x=1&x=1", "sip:a@h?x=1&x=2", false},
        {"sip:a@h?x=1&x=1", "sip:a@h?x=1", false},
        {"sip:a@h;transport;transport=tcp", "SIP:a@h;transport;transport=tcp", true},
        {"sip:a@h;transport=tcp;transport=udp", "sip:a@h;transport=udp", false},
        {"sip:a%3Bb@h", "sip:a;b@h", false},
        {"sip:a%3bb@h", "sip:a%3Bb@h", true},
        {"sip:a%00b@h", "sip:a%00c@h", false},
        {"sip:bob@[2001:db8::9:1]", "sip:bob@[2001:db8::9:01]", true},
        {"sip:bob@[2001:DB8::9:1]", "sip:bob@[2001:db8::9:1]", true},
        {"sip:bob@[0:0:0:0:0:FFFF:192.0.2.128]", "sip:bob@[::FFFF:192.0.2.128]", true},
        {"sip:bob@[::ffff:192.0.2.128]", "sip:bob@[::ffff:c000:280]", true},
        {"sip:bob@[::1]", "sip:bob@[::2]", false},
        {"tel:+1-201-555-0123", "TEL:+1(201)5550123", true},
        {"tel:+12015550123", "tel:12015550123", false},
        {"tel:7042;phone-context=a.com", "tel:7042;phone-context=A.com", true},
        {"tel:7042;phone-context=a.com", "tel:7042", false},
        {"mailto:a@b", "mailto:a@b", true},
        {"mailto:a@b", "mailto:a@B", false},
    };
    for (const Pair& p : pairs) {
        const auto a = parse_uri(p.a), b = parse_uri(p.b);
        ASSERT_TRUE(a && b) << p.a << " " << p.b;
        EXPECT_EQ(equivalent(*a, *b), p.equal) << p.a << " " << p.b;
        EXPECT_EQ(equivalent(*b, *a), p.equal) << p.b << " " << p.a;
    }
}

TEST(AddressOfRecord, IsOneSpellingForEachAddress) {
    const std::pair<const char*, const char*> cases[] = {
        {"sip:Alice@Example.COM:5070;transport=tcp", "Alice@example.com"},
        {"sips:%41lice@example.com?x=y", "Alice@example.com"},
        {"sip:example.com", "example.com"},
        {"sip:a%40b@example.com", "a%40b@example.com"},
        {"sip:null-%00-null@example.com", "null-%00-null@example.com"},
        {"sip:%2b49%3a@[2001:DB8::0:1]", "+49%3A@[2001:db8::1]"},
        {"tel:+1-201-555-0123;isub=1", "+12015550123"},
    };
    for (const auto& [text, expected] : cases) EXPECT_EQ(address_of_record(parse_uri(text).value()), expected) << text;
}

TEST(Unescape, DecodesOnceAndKeepsWhatIsMalformed) {
    EXPECT_EQ(unescape("sips%3Auser%40example.com"), "sips:user@example.com");
    EXPECT_EQ(unescape("value%25%34%31"), "value%41");
    EXPECT_EQ(unescape("100%"), "100%");
    EXPECT_EQ(unescape("%zz%4"), "%zz%4");
    EXPECT_EQ(unescape("%00").size(), 1u);
}

}  // namespace
}  // namespace offhook::message
