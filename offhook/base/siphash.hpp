// SipHash-2-4: a keyed hash of 64 bits for tables, branches, tags and tokens that outsiders must not be able to steer or
// forge (Aumasson and Bernstein, "SipHash: a fast short-input PRF"). Not for secrets that live for years.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace offhook {

struct SipKey {
    std::uint64_t k0 = 0, k1 = 0;
    friend bool operator==(const SipKey&, const SipKey&) = default;
};

/// The hash of several pieces, each closed by its length, so that ("ab","c") and ("a","bc") differ.
class SipHash {
public:
    explicit SipHash(const SipKey& key);
    SipHash& add(std::string_view piece);
    SipHash& add_raw(std::string_view bytes);  ///< without its length: the plain function
    SipHash& add(std::uint64_t number);
    [[nodiscard]] std::uint64_t finish();

private:
    void byte(unsigned char c);
    void word(std::uint64_t m);

    std::uint64_t v0_, v1_, v2_, v3_;
    std::uint64_t pending_ = 0;
    unsigned length_ = 0;
};

/// Plain SipHash-2-4 of one text.
[[nodiscard]] std::uint64_t siphash(const SipKey& key, std::string_view text);

}  // namespace offhook
