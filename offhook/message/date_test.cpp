#include "offhook/message/date.hpp"

#include <gtest/gtest.h>

#include <string>

#include "offhook/message/verdict_test.hpp"

namespace offhook::message {
namespace {

TEST(Date, RoundTrips) {
    for (const std::int64_t seconds : {std::int64_t{0}, std::int64_t{1289690940}, std::int64_t{951782399}, std::int64_t{4102444800}}) {
        std::string text;
        append_date(text, seconds);
        EXPECT_EQ(parse_date(text).value_or(-1), seconds) << text;
    }
    EXPECT_EQ(parse_date("Sat, 13 Nov 2010 23:29:00 GMT").value_or(-1), 1289690940);
    std::string text;
    append_date(text, 1289690940);
    EXPECT_EQ(text, "Sat, 13 Nov 2010 23:29:00 GMT");
}

TEST(Date, SaysWhereItBreaks) {
    using enum ErrorCode;
    EXPECT_EQ(verdict(parse_date("Fri, 01 Jan 2010 16:00:00 EST")), refused(bad_date, 26));
    EXPECT_EQ(verdict(parse_date("Fri, 31 Feb 2010 16:00:00 GMT")), refused(bad_date, 5));
    EXPECT_EQ(verdict(parse_date("Fri, 01 Foo 2010 16:00:00 GMT")), refused(bad_date, 8));
    EXPECT_EQ(verdict(parse_date("Fri, 01 Jan 2010 24:00:00 GMT")), refused(bad_date, 17));
    EXPECT_EQ(verdict(parse_date("Fri, 1 Jan 2010 16:00:00 GMT")), refused(bad_date, 6));
}

}  // namespace
}  // namespace offhook::message
