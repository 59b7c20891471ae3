#include "offhook/base/siphash.hpp"

#include <bit>
#include <cstring>

namespace offhook {

namespace {
[[gnu::always_inline]] inline void round(std::uint64_t& v0, std::uint64_t& v1, std::uint64_t& v2, std::uint64_t& v3) {
    v0 += v1;
    v1 = std::rotl(v1, 13);
    v1 ^= v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16);
    v3 ^= v2;
    v0 += v3;
    v3 = std::rotl(v3, 21);
    v3 ^= v0;
    v2 += v1;
    v1 = std::rotl(v1, 17);
    v1 ^= v2;
    v2 = std::rotl(v2, 32);
}
}  // namespace

SipHash::SipHash(const SipKey& key, Width width)
    : v0_(key.k0 ^ 0x736f6d6570736575ULL),
      v1_(key.k1 ^ 0x646f72616e646f6dULL ^ (width == Width::bits_128 ? 0xee : 0)),
      v2_(key.k0 ^ 0x6c7967656e657261ULL),
      v3_(key.k1 ^ 0x7465646279746573ULL) {}

void SipHash::word(std::uint64_t m) {
    v3_ ^= m;
    round(v0_, v1_, v2_, v3_);
    round(v0_, v1_, v2_, v3_);
    v0_ ^= m;
}

// Up to eight octets, the first the lowest; those above `count` are zero.
void SipHash::add_octets(std::uint64_t octets, unsigned count) {
    const unsigned have = length_ & 7;
    length_ += count;
    pending_ |= octets << (8 * have);
    if (have + count < 8) return;
    word(pending_);
    pending_ = have == 0 ? 0 : octets >> (8 * (8 - have));
}

SipHash& SipHash::add_raw(std::string_view bytes) {
    std::uint64_t octets = 0;
    while (bytes.size() >= 8) {
        std::memcpy(&octets, bytes.data(), 8);
        add_octets(octets, 8);
        bytes.remove_prefix(8);
    }
    if (bytes.empty()) return *this;
    octets = 0;
    std::memcpy(&octets, bytes.data(), bytes.size());
    add_octets(octets, static_cast<unsigned>(bytes.size()));
    return *this;
}

SipHash& SipHash::add(std::string_view piece) { return add_raw(piece).add(static_cast<std::uint64_t>(piece.size())); }

SipHash& SipHash::add(std::uint64_t number) {
    add_octets(number, 8);
    return *this;
}

void SipHash::close() { word(pending_ | static_cast<std::uint64_t>(length_ & 0xff) << 56); }

std::uint64_t SipHash::drain() {
    for (int i = 0; i < 4; ++i) round(v0_, v1_, v2_, v3_);
    return v0_ ^ v1_ ^ v2_ ^ v3_;
}

std::uint64_t SipHash::finish() {
    close();
    v2_ ^= 0xff;
    return drain();
}

WideHash SipHash::finish_wide() {
    close();
    v2_ ^= 0xee;
    WideHash out;
    out.low = drain();
    v1_ ^= 0xdd;
    out.high = drain();
    return out;
}

std::uint64_t siphash(const SipKey& key, std::string_view text) { return SipHash(key).add_raw(text).finish(); }

}  // namespace offhook
