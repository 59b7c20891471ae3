// What every element asks of every message, parsed when first asked for and kept: top Via, From, To, CSeq, Request-URI.
//
// Views into the message's bytes; Message (message.hpp) holds one and forgets it when it is indexed anew or bound to other bytes.
// RFC 3261 §8.1.1. Thread rule: one thread at a time, reading too.
#pragma once
#include <cstdint>
#include <expected>
#include <string_view>

#include "offhook/message/cseq.hpp"
#include "offhook/message/error.hpp"
#include "offhook/message/name_addr.hpp"
#include "offhook/message/uri.hpp"
#include "offhook/message/via.hpp"

namespace offhook::message {

/// From or To.
struct Party {
    NameAddr address;
    Uri uri;               ///< of the address
    std::string_view tag;  ///< empty if there is none
};

struct Essentials {
    enum class Part : std::uint8_t { via = 1, from = 2, to = 4, cseq = 8, uri = 16 };

    /// True if it was not there yet: whoever asked parses it.
    [[nodiscard]] bool lacks(Part part) {
        const auto bit = static_cast<std::uint8_t>(part);
        const bool lacking = (known & bit) == 0;
        known |= bit;
        return lacking;
    }

    std::uint8_t known = 0;
    std::uint32_t via_offset = 0;  ///< of the top value, from the start of the message
    std::string_view via_text;     ///< the top value; empty if there is none
    std::expected<Via, ParseError> via;
    std::expected<Party, ParseError> from, to;
    std::expected<CSeq, ParseError> cseq = CSeq{};
    std::expected<Uri, ParseError> uri;
};

}  // namespace offhook::message
