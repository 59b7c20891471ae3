#include "offhook/base/siphash.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string>

namespace offhook {
namespace {

/// Key 00 01 ... 0f, as in the vectors of the paper and of its reference program.
constexpr SipKey reference_key{0x0706050403020100, 0x0f0e0d0c0b0a0908};

std::string counting(std::size_t n) {
    std::string s;
    for (std::size_t i = 0; i < n; ++i) s += static_cast<char>(i);
    return s;
}

// Outputs of the reference implementation for the inputs of 0, 1, 2 ... octets 00 01 02 ...
TEST(SipHash, GivesTheReferenceVectors) {
    constexpr std::uint64_t expected[] = {0x726fdb47dd0e0e31, 0x74f839c593dc67fd, 0x0d6c8009d9a94f5a, 0x85676696d7fb7e2d,
                                          0xcf2794e0277187b7, 0x18765564cd99a68d, 0xcbc9466e58fee3ce, 0xab0200f58b01d137,
                                          0x93f5f5799a932462, 0x9e0082df0ba9e4b0, 0x7a5dbbc594ddb9f3, 0xf4b32f46226bada7,
                                          0x751e8fbc860ee5fb, 0x14ea5627c0843d90, 0xf723ca908e7af2ee, 0xa129ca6149be45e5};
    for (std::size_t n = 0; n < std::size(expected); ++n) EXPECT_EQ(siphash(reference_key, counting(n)), expected[n]) << n;
}

// Outputs of OpenSSL's SIPHASH with size 16, their octets in order.
TEST(SipHash, GivesTheReferenceVectorsOf128Bits) {
    const auto wide = [](std::size_t n) { return SipHash(reference_key, SipHash::Width::bits_128).add_raw(counting(n)).finish_wide(); };
    EXPECT_EQ(wide(0), (WideHash{0x930255c71472f66d, 0xe6a825ba047f81a3}));
    EXPECT_EQ(wide(1), (WideHash{0x45fc229b11597634, 0x44af996bd8c187da}));
    EXPECT_EQ(wide(15), (WideHash{0xd9c3cf970fec087e, 0x11a8b03399e99354}));
}

TEST(SipHash, DoesNotDependOnHowThePiecesAreCut) {
    const std::string text = counting(40);
    for (std::size_t cut = 0; cut <= text.size(); ++cut)
        EXPECT_EQ(SipHash(reference_key).add_raw(std::string_view(text).substr(0, cut)).add_raw(std::string_view(text).substr(cut)).finish(),
                  siphash(reference_key, text));
}

TEST(SipHash, ClosesEachPieceByItsLength) {
    std::set<std::uint64_t> seen;
    seen.insert(SipHash(reference_key).add("ab").add("c").finish());
    seen.insert(SipHash(reference_key).add("a").add("bc").finish());
    seen.insert(SipHash(reference_key).add("abc").finish());
    seen.insert(SipHash(reference_key).add("abc").add("").finish());
    EXPECT_EQ(seen.size(), 4u);
}

TEST(SipHash, DependsOnBothHalvesOfTheKey) {
    EXPECT_NE(siphash({1, 2}, "x"), siphash({1, 3}, "x"));
    EXPECT_NE(siphash({1, 2}, "x"), siphash({2, 2}, "x"));
}

}  // namespace
}  // namespace offhook
