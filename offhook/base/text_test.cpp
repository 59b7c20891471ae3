#include "offhook/base/text.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace offhook {
namespace {

TEST(Text, FoldsAsciiOnly) {
    EXPECT_EQ(lower("AbC-Z@[`{\xC4"), "abc-z@[`{\xC4");
    EXPECT_TRUE(iequals("Via", "vIA"));
    EXPECT_FALSE(iequals("Via", "Vi"));
    EXPECT_FALSE(iequals("[", "{"));  // 0x20 apart, but no letters
    EXPECT_FALSE(is_alpha('@') || is_alpha('[') || is_alpha('`') || is_alpha('{'));
}

TEST(Text, TrimsBlanksAndFoldsAtBothEnds) {
    EXPECT_EQ(trim("\r\n \ta b\t \r\n"), "a b");
    EXPECT_EQ(trim(" \t\r\n"), "");
    EXPECT_EQ(trim(""), "");
}

TEST(Text, ReadsWholeUnsignedNumbersOnly) {
    EXPECT_EQ(to_number<std::uint16_t>("65535"), 65535);
    EXPECT_EQ(to_number<std::uint16_t>("0005"), 5);
    for (const char* bad : {"", "65536", "-1", "+1", " 1", "1 ", "1x", "x", "0x1"}) EXPECT_FALSE(to_number<std::uint16_t>(bad)) << bad;
    EXPECT_EQ(to_number<std::uint64_t>("18446744073709551615"), UINT64_MAX);
    EXPECT_FALSE(to_number<std::uint64_t>("18446744073709551616"));
}

TEST(Text, WritesHexadecimalAndDecimal) {
    EXPECT_EQ(to_hex(std::string_view("\x00\x7f\xff", 3)), "007fff");
    EXPECT_EQ(to_hex(std::uint64_t{0x1f}), "000000000000001f");
    std::string out = "x";
    append_hex(out, UINT64_MAX);
    append_number(out, UINT64_MAX);
    append_number(out, 0);
    EXPECT_EQ(out, "xffffffffffffffff184467440737095516150");
}

TEST(Text, ReadsHexadecimal) {
    EXPECT_EQ(from_hex("00fFaB"), std::string("\x00\xff\xab", 3));
    EXPECT_EQ(from_hex(""), "");
    EXPECT_FALSE(from_hex("abc"));
    EXPECT_FALSE(from_hex("0g"));
}

TEST(Text, KnowsUtf8) {
    for (const char* good : {"", "a", "M\xc3\xbcnchen", "\xe2\x82\xac", "\xf0\x9f\x93\x9e", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"})
        EXPECT_TRUE(is_utf8(good)) << good;
    // Cut short, alone, overlong, a surrogate, above U+10FFFF.
    for (const char* bad : {"a\xc3", "\x80", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff"})
        EXPECT_FALSE(is_utf8(bad)) << to_hex(std::string_view(bad));
    EXPECT_FALSE(is_utf8(std::string_view("a\0b", 3)));
}

}  // namespace
}  // namespace offhook
