#include "offhook/base/csv.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace offhook {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

// RFC 4180 §2: quotes around a field, doubled inside; blanks are part of a field.
TEST(Csv, SplitsALineAndSaysWhereEachFieldStands) {
    std::vector<std::pair<std::string, std::size_t>> found;
    const auto fields = csv_fields("a,,\"b,\"\"c\"\"\", d ,\"\"");
    ASSERT_TRUE(fields);
    for (const CsvField& field : *fields) found.emplace_back(field.text, field.column);
    EXPECT_THAT(found, ElementsAre(Pair("a", 1), Pair("", 3), Pair("b,\"c\"", 4), Pair(" d ", 14), Pair("", 18)));
    EXPECT_EQ(csv_fields("")->size(), 1u);
}

TEST(Csv, SaysWhereALineBreaks) {
    const std::pair<const char*, std::size_t> cases[] = {{"a,b\"c", 4}, {"a,\"b\"c", 5}, {"a,\"b", 3}, {"\"\"\"", 1}, {"ab\xff", 3}, {"\"a\"\"", 1}};
    for (const auto& [line, column] : cases) {
        const auto fields = csv_fields(line);
        ASSERT_FALSE(fields) << line;
        EXPECT_EQ(fields.error().column, column) << line;
    }
    EXPECT_EQ(csv_fields(std::string_view("a\0", 2)).error().column, 2u);
}

TEST(Csv, ReadsTheFieldsThatItWrote) {
    for (const char* text : {"", "a", "a,b", "\"", "a\"\"b", " a", "a\t", "M\xc3\xbcnchen"}) {
        std::string line;
        append_csv_field(line, text);
        const auto fields = csv_fields(line);
        ASSERT_TRUE(fields) << line;
        EXPECT_EQ(fields->size(), 1u);
        EXPECT_EQ(fields->front().text, text);
    }
}

TEST(Csv, CountsBlankLinesButLeavesThemOut) {
    std::vector<std::pair<std::string, std::size_t>> found;
    for_each_line(
        "\xef\xbb\xbf"
        "a\r\n\n \t\nb\nc",
        [&](std::string_view line, std::size_t number) { found.emplace_back(line, number); });
    EXPECT_THAT(found, ElementsAre(Pair("a", 1), Pair("b", 4), Pair("c", 5)));
}

}  // namespace
}  // namespace offhook
