// Looks for single octets in text: sixteen at a time where the processor has SSE2 (every x86-64), one at a time elsewhere, with the
// same results. Reads nothing outside the text. Knows no grammar.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace offhook::message::scan {

/// Bit i is set where block[i] is one of the wanted octets; sixteen octets are read.
template <char... wanted>
inline std::uint32_t mask_16(const char* block) {
#if defined(__SSE2__)
    const __m128i octets = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block));
    __m128i found = _mm_setzero_si128();
    ((found = _mm_or_si128(found, _mm_cmpeq_epi8(octets, _mm_set1_epi8(wanted)))), ...);
    return static_cast<std::uint32_t>(_mm_movemask_epi8(found));
#else
    std::uint32_t mask = 0;
    for (unsigned i = 0; i < 16; ++i) mask |= static_cast<std::uint32_t>(((block[i] == wanted) || ...)) << i;
    return mask;
#endif
}

template <char... wanted>
inline std::uint64_t mask_64(const char* block) {
    const auto quarter = [&](unsigned i) { return static_cast<std::uint64_t>(mask_16<wanted...>(block + std::size_t{16} * i)) << (16 * i); };
    return quarter(0) | quarter(1) | quarter(2) | quarter(3);
}

/// Offset of the first of the wanted octets from `from` on; the text's size if there is none.
template <char... wanted>
inline std::size_t find(std::string_view text, std::size_t from = 0) {
    const char* const data = text.data();
    const std::size_t size = text.size();
    std::size_t at = from;
    for (; at + 16 <= size; at += 16)
        if (const std::uint32_t mask = mask_16<wanted...>(data + at); mask != 0) return at + static_cast<std::size_t>(std::countr_zero(mask));
    for (; at < size; ++at)
        if (((data[at] == wanted) || ...)) return at;
    return size;
}

/// The places of CR and LF, in order. Made to live in registers: a copy for each pass.
class LineEnds {
public:
    static constexpr std::uint32_t none = UINT32_MAX;

    LineEnds(std::string_view text, std::uint32_t from) : text_(text), block_(from), mask_(from < text.size() ? look(text, from) : 0) {}

    [[nodiscard, gnu::always_inline]] std::uint32_t next() {
        while (mask_ == 0) {
            if (text_.size() - block_ <= 64) return none;
            block_ += 64;
            mask_ = look(text_, block_);
        }
        const std::uint32_t found = block_ + static_cast<std::uint32_t>(std::countr_zero(mask_));
        mask_ &= mask_ - 1;
        return found;
    }

private:
    // Of the 64 octets at `from`, or of as many as there are, at least one.
    [[nodiscard]] static std::uint64_t look(std::string_view text, std::size_t from) {
        const std::size_t left = text.size() - from;
        if (left >= 64) return mask_64<'\r', '\n'>(text.data() + from);
        // The last ones: with octets before them, which are shifted out again, or on their own.
        if (text.size() >= 64) return mask_64<'\r', '\n'>(text.data() + text.size() - 64) >> (64 - left);
        char rest[64] = {};
        std::memcpy(rest, text.data() + from, left);
        return mask_64<'\r', '\n'>(rest);
    }

    std::string_view text_;
    std::uint32_t block_;  ///< where bit 0 of mask_ stands
    std::uint64_t mask_;
};

}  // namespace offhook::message::scan
