#include "offhook/message/scan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace offhook::message::scan {
namespace {

// Texts of every length around the sizes of a block, on the heap with nothing behind them, so that a sanitizer sees a read too far.
template <class Check>
void for_texts(Check check) {
    std::mt19937 random(7);
    for (std::size_t size = 0; size <= 200; ++size)
        for (const unsigned rarity : {1u, 4u, 60u}) {
            const auto text = std::make_unique<char[]>(size);
            for (std::size_t i = 0; i < size; ++i) text[i] = random() % rarity == 0 ? "\r\n:,"[random() % 4] : static_cast<char>(random());
            check(std::string_view(text.get(), size));
        }
}

TEST(Scan, FindsTheFirstOctetFromWhereverItStarts) {
    for_texts([](std::string_view text) {
        for (std::size_t from = 0; from <= text.size(); ++from) {
            EXPECT_EQ((find<':'>(text, from)), std::min(text.find(':', from), text.size()));
            EXPECT_EQ((find<':', ',', '\n'>(text, from)), std::min(text.find_first_of(":,\n", from), text.size()));
        }
    });
}

TEST(Scan, GivesEachLineEndOnceInOrder) {
    for_texts([](std::string_view text) {
        for (std::size_t from = 0; from <= text.size(); from += 13) {
            std::vector<std::size_t> found, expected;
            for (std::size_t at = from; (at = text.find_first_of("\r\n", at)) != std::string_view::npos; ++at) expected.push_back(at);
            LineEnds line_ends(text, static_cast<std::uint32_t>(from));
            for (std::uint32_t at = line_ends.next(); at != LineEnds::none; at = line_ends.next()) found.push_back(at);
            EXPECT_EQ(found, expected);
            EXPECT_EQ(line_ends.next(), LineEnds::none);
        }
    });
}

}  // namespace
}  // namespace offhook::message::scan
