#include "offhook/base/siphash.hpp"

#include <bit>
#include <cstring>

namespace offhook {

namespace {
void round(std::uint64_t& v0, std::uint64_t& v1, std::uint64_t& v2, std::uint64_t& v3) {
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

SipHash::SipHash(const SipKey& key)
    : v0_(key.k0 ^ 0x736f6d6570736575ULL),
      v1_(key.k1 ^ 0x646f72616e646f6dULL),
      v2_(key.k0 ^ 0x6c7967656e657261ULL),
      v3_(key.k1 ^ 0x7465646279746573ULL) {}

void SipHash::word(std::uint64_t m) {
    v3_ ^= m;
    round(v0_, v1_, v2_, v3_);
    round(v0_, v1_, v2_, v3_);
    v0_ ^= m;
}

void SipHash::byte(unsigned char c) {
    pending_ |= static_cast<std::uint64_t>(c) << (8 * (length_ & 7));
    if ((++length_ & 7) == 0) {
        word(pending_);
        pending_ = 0;
    }
}

SipHash& SipHash::add_raw(std::string_view bytes) {
    std::size_t at = 0;
    while ((length_ & 7) != 0 && at < bytes.size()) byte(static_cast<unsigned char>(bytes[at++]));
    for (; at + 8 <= bytes.size(); at += 8, length_ += 8) {
        std::uint64_t m = 0;
        std::memcpy(&m, bytes.data() + at, 8);
        word(m);
    }
    while (at < bytes.size()) byte(static_cast<unsigned char>(bytes[at++]));
    return *this;
}

SipHash& SipHash::add(std::string_view piece) { return add_raw(piece).add(static_cast<std::uint64_t>(piece.size())); }

SipHash& SipHash::add(std::uint64_t number) {
    for (int i = 0; i < 8; ++i) byte(static_cast<unsigned char>(number >> (8 * i)));
    return *this;
}

std::uint64_t SipHash::finish() {
    word(pending_ | static_cast<std::uint64_t>(length_ & 0xff) << 56);
    v2_ ^= 0xff;
    for (int i = 0; i < 4; ++i) round(v0_, v1_, v2_, v3_);
    return v0_ ^ v1_ ^ v2_ ^ v3_;
}

std::uint64_t siphash(const SipKey& key, std::string_view text) { return SipHash(key).add_raw(text).finish(); }

}  // namespace offhook
