#include "offhook/message/session_id.hpp"

#include <gtest/gtest.h>

#include <string>

#include "offhook/message/typed.hpp"
#include "offhook/message/verdict_test.hpp"

namespace offhook::message {
namespace {

// RFC 7989 §5, §10.1.
TEST(SessionId, HoldsBothSides) {
    const auto id = parse_session_id("ab30317f1a784dc48ff824d0d3715d86;\r\n remote=47755a9de7794ba387653f2099600ef2");
    ASSERT_TRUE(id);
    EXPECT_EQ(id->local, "ab30317f1a784dc48ff824d0d3715d86");
    EXPECT_EQ(id->remote, "47755a9de7794ba387653f2099600ef2");
    EXPECT_EQ(parse_session_id("ab30317f1a784dc48ff824d0d3715d86;remote=00000000000000000000000000000000")->remote, SessionId::nil);
    EXPECT_EQ(parse_session_id("f81d4fae7dec11d0a76500a0c91e6bf6")->remote, "");  // RFC 7329
}

TEST(SessionId, IsReadAsItWasWritten) {
    std::string written;
    append_session_id(written, "ab30317f1a784dc48ff824d0d3715d86", "");
    EXPECT_EQ(written, "ab30317f1a784dc48ff824d0d3715d86;remote=00000000000000000000000000000000");
    const auto id = parse_session_id(written);
    ASSERT_TRUE(id);
    EXPECT_EQ(id->local, "ab30317f1a784dc48ff824d0d3715d86");
}

TEST(SessionId, SaysWhereItBreaks) {
    using enum ErrorCode;
    expect_broken({
        {HeaderId::session_id, "", bad_session_id, 0},
        {HeaderId::session_id, "ab30317f1a784dc48ff824d0d3715d8", bad_session_id, 31},
        {HeaderId::session_id, "ab30317f1a784dc48ff824d0d3715d867", bad_session_id, 32},
        {HeaderId::session_id, "ab30317f1a784dc48ff824d0d3715D86", bad_session_id, 29},
        {HeaderId::session_id, "ab30317f-1a78-4dc4-8ff8-24d0d3715d86", bad_session_id, 8},
        {HeaderId::session_id, "ab30317f1a784dc48ff824d0d3715d86 x", trailing_bytes, 33},
        {HeaderId::session_id, "ab30317f1a784dc48ff824d0d3715d86;remote=1", bad_session_id, 41},
        {HeaderId::session_id, "ab30317f1a784dc48ff824d0d3715d86;remote", bad_session_id, 39},
        {HeaderId::session_id,
         "ab30317f1a784dc48ff824d0d3715d86;remote=ab30317f1a784dc48ff824d0d3715d86;remote=ab30317f1a784dc48ff824d0d3715d86",
         repeated_parameter, 73},
    });
}

}  // namespace
}  // namespace offhook::message
