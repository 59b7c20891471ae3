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

/// 128 bits: enough that nobody outside makes two texts meet.
struct WideHash {
    std::uint64_t high = 0, low = 0;
    friend bool operator==(const WideHash&, const WideHash&) = default;
};

/// The hash of several pieces, each closed by its length, so that ("ab","c") and ("a","bc") differ.
class SipHash {
public:
    enum class Width : std::uint8_t { bits_64, bits_128 };
    explicit SipHash(const SipKey& key, Width width = Width::bits_64);
    SipHash& add(std::string_view piece);
    SipHash& add_raw(std::string_view bytes);  ///< without its length: the plain function
    SipHash& add(std::uint64_t number);
    [[nodiscard]] std::uint64_t finish();
    [[nodiscard]] WideHash finish_wide();  ///< of one made with Width::bits_128: its first eight octets are `low`

private:
    void add_octets(std::uint64_t octets, unsigned count);
    void word(std::uint64_t m);
    void close();
    [[nodiscard]] std::uint64_t drain();

    std::uint64_t v0_, v1_, v2_, v3_;
    std::uint64_t pending_ = 0;
    unsigned length_ = 0;
};

/// Plain SipHash-2-4 of one text.
[[nodiscard]] std::uint64_t siphash(const SipKey& key, std::string_view text);

}  // namespace offhook
