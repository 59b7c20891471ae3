#include "offhook/message/telephone.hpp"

#include <gtest/gtest.h>

#include <string>

namespace offhook::message {
namespace {

TEST(Telephone, IsTakenApart) {
    const auto global = parse_telephone("+1-(201).555-0123;ext=12-3;phone-context=+1;m-x=%41[");
    ASSERT_TRUE(global);
    EXPECT_TRUE(global->global);
    EXPECT_EQ(global->number, "+1-(201).555-0123");
    EXPECT_EQ(global->normalised(), "+12015550123");
    EXPECT_EQ(global->extension, "12-3");
    EXPECT_EQ(global->context, "+1");
    EXPECT_EQ(global->parameter("M-X"), "%41[");
    const auto local = parse_telephone("*21*7A#;isub=a?b;phone-context=example.com.");
    ASSERT_TRUE(local);
    EXPECT_FALSE(local->global);
    EXPECT_EQ(local->normalised(), "*21*7a#");
    EXPECT_EQ(local->subaddress, "a?b");
    EXPECT_EQ(local->context, "example.com.");
    EXPECT_TRUE(parse_telephone("112", /*require_context=*/false));
}

struct Bad {
    const char* name;
    const char* text;
    ErrorCode code;
    std::uint32_t offset;
};

class BadTelephone : public ::testing::TestWithParam<Bad> {};

TEST_P(BadTelephone, IsRefusedAtTheOctetThatBreaksTheRule) {
    const Bad& c = GetParam();
    const auto parsed = parse_telephone(c.text);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error(), (ParseError{c.code, c.offset}));
}

using enum ErrorCode;
INSTANTIATE_TEST_SUITE_P(
    Rfc3966, BadTelephone,
    ::testing::Values(Bad{"empty", "", bad_telephone_number, 0}, Bad{"plus_alone", "+", bad_telephone_number, 1},
                      Bad{"separators_alone", "+-.", bad_telephone_number, 1}, Bad{"letters_of_the_keypad", "+1-800-FLOWERS", bad_telephone_number, 7},
                      Bad{"hexadecimal_in_a_global_number", "+1a", bad_telephone_number, 2}, Bad{"blank", "+1 2", bad_telephone_number, 2},
                      Bad{"local_without_context", "7042", phone_context_missing, 4}, Bad{"local_with_another", "7042;x=y", phone_context_missing, 4},
                      Bad{"context_empty", "7042;phone-context=", bad_phone_context, 19}, Bad{"context_flag", "7042;phone-context", bad_phone_context, 18},
                      Bad{"context_number_without_digits", "1;phone-context=+", bad_phone_context, 17},
                      Bad{"context_number_with_letter", "1;phone-context=+4x", bad_phone_context, 18},
                      Bad{"context_ends_in_digits", "1;phone-context=a.1", bad_phone_context, 16},
                      Bad{"context_with_hyphen_end", "1;phone-context=a-.b", bad_phone_context, 16},
                      Bad{"extension_with_letter", "+1;ext=4x", bad_parameter, 8}, Bad{"extension_empty", "+1;ext=", bad_parameter, 7},
                      Bad{"extension_and_subaddress", "+1;ext=4;isub=5", two_extensions, 9},
                      Bad{"subaddress_and_extension", "+1;isub=5;ext=4", two_extensions, 10}, Bad{"twice", "+1;a=1;b;A=1", repeated_parameter, 9},
                      Bad{"no_name", "+1;;a", bad_parameter, 3}, Bad{"name_with_underscore", "+1;a_b", bad_parameter, 4},
                      Bad{"no_value", "+1;a=", bad_parameter, 5}, Bad{"value_with_question_mark", "+1;a=b?", bad_parameter, 6},
                      Bad{"half_an_escape", "+1;a=b%4", bad_escape, 6}),
    [](const auto& test) { return std::string(test.param.name); });

// §4: "If one URI has a parameter name not found in the other, the two URIs are not equal"; all else in any order and case.
TEST(Telephone, IsComparedAsTheRfcSays) {
    const struct {
        const char *a, *b;
        bool equal;
    } cases[] = {
        {"+1-201-555-0123", "+1(201)5550123", true},
        {"+12015550123", "12015550123", false},
        {"7042;phone-context=example.com", "7042;phone-context=EXAMPLE.com", true},
        {"7042;phone-context=example.com", "70-42;phone-context=example.com.", true},
        {"7042;phone-context=example.com", "7042;phone-context=example.org", false},
        {"863-1234;phone-context=+1-914-555", "8631234;phone-context=+1914555", true},
        {"863-1234;phone-context=+1-914-555", "8631234;phone-context=+1914556", false},
        {"+358-555-1234567;postd=pp22;isub=1411", "+358-555-1234567;isub=1411;POSTD=PP22", true},
        {"+1;ext=1-2", "+1;ext=12", true},
        {"+1;ext=12", "+1", false},
        {"+1;a", "+1;a=b", false},
        {"+1;a=%62", "+1;a=b", true},
        {"+1;a=%24", "+1;a=$", false},
        {"+1;a=%5B", "+1;a=[", true},
        {"7a;phone-context=x.y", "7A;phone-context=x.y", true},
    };
    for (const auto& c : cases) {
        const auto a = parse_telephone(c.a, false), b = parse_telephone(c.b, false);
        ASSERT_TRUE(a && b) << c.a << " " << c.b;
        EXPECT_EQ(equivalent(*a, *b), c.equal) << c.a << " " << c.b;
        EXPECT_EQ(equivalent(*b, *a), c.equal) << c.b << " " << c.a;
    }
}

// RFC 3261 §19.1.6 prints these.
TEST(Telephone, BecomesASipUri) {
    const auto sip = [](std::string_view number) { return sip_uri_of(parse_telephone(number, false).value(), "foo.com"); };
    EXPECT_EQ(sip("+358-555-1234567;postd=pp22"), "sip:+358-555-1234567;postd=pp22@foo.com;user=phone");
    EXPECT_EQ(sip("+358-555-1234567;POSTD=PP22"), "sip:+358-555-1234567;postd=pp22@foo.com;user=phone");
    EXPECT_EQ(sip("+358-555-1234567;postd=pp22;isub=1411"), "sip:+358-555-1234567;isub=1411;postd=pp22@foo.com;user=phone");
    EXPECT_EQ(sip("+358-555-1234567;tsp=a.b;phone-context=x5"), "sip:+358-555-1234567;phone-context=x5;tsp=a.b@foo.com;user=phone");
    EXPECT_EQ(sip("*21#;x=[:]"), "sip:*21%23;x=%5b%3a%5d@foo.com;user=phone");
    EXPECT_EQ(sip_uri_of(parse_telephone("+1").value(), "[2001:db8::1]:5061", true), "sips:+1@[2001:db8::1]:5061;user=phone");
    EXPECT_TRUE(parse_uri(sip("*21#;x=[:]")));
}

TEST(Telephone, ComesBackFromASipUri) {
    const auto tel = [](std::string_view uri) { return tel_uri_of(parse_uri(uri).value()); };
    EXPECT_EQ(tel("sip:+358-555-1234567;postd=pp22@foo.com;user=phone"), "tel:+358-555-1234567;postd=pp22");
    EXPECT_EQ(tel("sips:*21%23;x=%5b%3a%5d@foo.com;user=PHONE"), "tel:*21#;x=%5b%3a%5d");
    EXPECT_EQ(tel("sip:%2B1201;x=%23@foo.com;user=phone"), "tel:+1201;x=%23");
    EXPECT_FALSE(tel("sip:+1%3bext=4@foo.com;user=phone"));
    EXPECT_EQ(tel("sip:112@foo.com;user=phone"), "tel:112");
    EXPECT_FALSE(tel("sip:+1@foo.com"));
    EXPECT_FALSE(tel("sip:bob@foo.com;user=phone"));
    EXPECT_FALSE(tel("tel:+1;user=phone"));
}

}  // namespace
}  // namespace offhook::message
