#include "offhook/base/packed_texts.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace offhook {
namespace {

std::vector<std::string> all(const PackedTexts& texts) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < texts.size(); ++i) out.emplace_back(texts[i]);
    return out;
}

TEST(PackedTexts, KeepsTextsApart) {
    PackedTexts texts;
    EXPECT_EQ(texts.size(), 0U);
    const std::string binary("\0\n", 2), large(70'000, 'x');
    texts.assign(std::array<std::string_view, 4>{"", binary, large, "end"});
    EXPECT_EQ(all(texts), (std::vector<std::string>{"", binary, large, "end"}));
    texts.assign(std::array<std::string_view, 1>{"one"});
    EXPECT_EQ(all(texts), std::vector<std::string>{"one"});
    texts.assign({});
    EXPECT_EQ(texts.size(), 0U);
}

TEST(PackedTexts, ReplacesOneAndLeavesTheOthers) {
    PackedTexts texts;
    texts.assign(std::array<std::string_view, 3>{"a", "bb", "ccc"});
    texts.replace(1, "much longer than before");
    EXPECT_EQ(all(texts), (std::vector<std::string>{"a", "much longer than before", "ccc"}));
    texts.replace(0, texts[2]);
    EXPECT_EQ(all(texts), (std::vector<std::string>{"ccc", "much longer than before", "ccc"}));
    texts.replace(1, "");
    texts.replace(2, "d");
    EXPECT_EQ(all(texts), (std::vector<std::string>{"ccc", "", "d"}));
}

TEST(PackedTexts, UsesItsMemoryAgainUnlessMostOfItWouldLieIdle) {
    PackedTexts texts;
    const std::string half(500, 'h'), whole(1000, 'w'), most(900, 'm');
    texts.assign(std::array<std::string_view, 1>{whole});
    const char* const before = texts[0].data();
    texts.assign(std::array<std::string_view, 1>{most});
    EXPECT_EQ(texts[0].data(), before);
    texts.assign(std::array<std::string_view, 1>{half});
    EXPECT_NE(texts[0].data(), before);
    EXPECT_EQ(texts[0], half);
}

}  // namespace
}  // namespace offhook
