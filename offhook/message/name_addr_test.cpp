#include "offhook/message/name_addr.hpp"

#include <gtest/gtest.h>

namespace offhook::message {
namespace {

struct Good {
    const char *text, *display_name, *uri, *parameters;
};

TEST(NameAddr, ReadsBothForms) {
    const Good cases[] = {
        {"<sip:a@b>", "", "sip:a@b", ""},
        {"  <sip:a@b;lr?x=y>;tag=1 ", "", "sip:a@b;lr?x=y", ";tag=1 "},
        {"Bob <sip:a@b> ; tag=1", "Bob", "sip:a@b", "; tag=1"},
        {"caller<sip:caller@example.com>;tag=323", "caller", "sip:caller@example.com", ";tag=323"},
        {"token1~` token2'+_ token3*%!.- <sip:m@e>", "token1~` token2'+_ token3*%!.-", "sip:m@e", ""},
        {"\"Bell, \\\"A\\\" <x>\"\r\n <sip:a@b>\r\n ;tag=1", "Bell, \\\"A\\\" <x>", "sip:a@b", ";tag=1"},
        {"\"\"<sip:a@b>", "", "sip:a@b", ""},
        {"J\xc3\xb6rg <sip:a@b>", "J\xc3\xb6rg", "sip:a@b", ""},
        {"sip:a@b;tag=1", "", "sip:a@b", ";tag=1"},
        {"sip:a@b ;\r\n tag = 1", "", "sip:a@b", ";\r\n tag = 1"},
        {"tel:+1-2;tag=x", "", "tel:+1-2", ";tag=x"},
        {"<sip:a@b>;p=\"<;>\";q=[::1];flag", "", "sip:a@b", ";p=\"<;>\";q=[::1];flag"},
    };
    for (const Good& c : cases) {
        const auto value = parse_name_addr(c.text);
        ASSERT_TRUE(value) << c.text << ": " << describe(value.error().code).text << " at " << value.error().offset;
        EXPECT_EQ(value->display_name, c.display_name) << c.text;
        EXPECT_EQ(value->uri, c.uri) << c.text;
        EXPECT_EQ(value->parameters, c.parameters) << c.text;
        EXPECT_FALSE(value->star);
    }
    EXPECT_TRUE(parse_contact(" * ")->star);
    EXPECT_FALSE(parse_name_addr(" * "));
    EXPECT_EQ(parse_name_addr("sip:a@b ; TAG = 1")->tag(), "1");
    EXPECT_EQ(parse_name_addr("<sip:a@b;tag=2>")->tag(), "");
}

struct Bad {
    const char* text;
    ErrorCode code;
    std::uint32_t offset;
};

TEST(NameAddr, SaysWhereItBreaks) {
    using enum ErrorCode;
    const Bad cases[] = {
        {"", bad_name_addr, 0},
        {"Bob", bad_name_addr, 3},
        {"* ;expires=0", bad_name_addr, 2},
        {"Bell, Alexander <sip:a@b>", bad_name_addr, 4},
        {"\"Mr. J. User <sip:j@e>", unterminated_quote, 0},
        {"\"Bob\" sip:a@b", bad_name_addr, 6},
        {"<sip:a@b", unterminated_angle, 0},
        {"< sip:a@b >", bad_uri, 1},
        {"<>", bad_uri, 1},
        {"<sip:a@b> x", trailing_bytes, 10},
        {"<sip:a@b>;;", bad_parameter, 10},
        {"<sip:a@b>;tag=", bad_parameter, 14},
        {"sip:a@b,1", comma_needs_brackets, 7},
        {"sip:a@b?x=y", comma_needs_brackets, 7},
        {"sip:u;x@b", bad_parameter, 7},
        {"sip:a@b:99999", bad_port, 8},
    };
    for (const Bad& c : cases) {
        const auto value = parse_name_addr(c.text);
        ASSERT_FALSE(value) << c.text;
        if (value.error().code == trailing_bytes) {
            EXPECT_EQ(value.error().offset, c.offset) << c.text;
            continue;
        }
        EXPECT_EQ(describe(value.error().code).text, describe(c.code).text) << c.text;
        EXPECT_EQ(value.error().offset, c.offset) << c.text;
    }
}

}  // namespace
}  // namespace offhook::message
