#include "offhook/message/user_to_user.hpp"

#include <gtest/gtest.h>

#include <string>

#include "offhook/message/typed.hpp"
#include "offhook/message/verdict_test.hpp"

namespace offhook::message {
namespace {

// RFC 7433 §4.1, §4.2.
TEST(UserToUser, HoldsItsDataAndWhatItIs) {
    const auto data = parse_user_to_user("56a390f3d2b7310023a2;encoding=hex;purpose=foo;content=bar");
    ASSERT_TRUE(data);
    EXPECT_EQ(data->value, "56a390f3d2b7310023a2");
    EXPECT_EQ(data->purpose, "foo");
    EXPECT_EQ(data->content, "bar");
    EXPECT_TRUE(data->is_hex());
    EXPECT_TRUE(parse_user_to_user("\"56A390\";encoding=HEX")->is_hex());
    EXPECT_FALSE(parse_user_to_user("\"Hello, Bob\";purpose=greeting")->is_hex());
}

TEST(UserToUser, IsReadAsItWasWritten) {
    for (const std::string text : {"342342ef34;encoding=hex;purpose=isdn-uui;content=isdn-uui", "\"a \\\"b\\\"\";purpose=x", "abc"}) {
        std::string written;
        append_user_to_user(written, parse_user_to_user(text).value());
        EXPECT_EQ(written, text);
    }
}

TEST(UserToUser, SaysWhereItBreaks) {
    using enum ErrorCode;
    expect_broken({
        {HeaderId::user_to_user, "", bad_token, 0},
        {HeaderId::user_to_user, "56a;encoding=hex", bad_hexadecimal, 3},
        {HeaderId::user_to_user, "\"56ag\";encoding=hex", bad_hexadecimal, 4},
        {HeaderId::user_to_user, "56a3 x", trailing_bytes, 5},
        {HeaderId::user_to_user, "56a3;purpose=", bad_parameter, 13},
    });
}

}  // namespace
}  // namespace offhook::message
