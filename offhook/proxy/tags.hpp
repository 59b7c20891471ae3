// The tags of From and To, and hexadecimal written without an allocation: what loop detection and relay tokens are made of.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "offhook/base/text.hpp"
#include "offhook/message/message.hpp"
#include "offhook/message/name_addr.hpp"

namespace offhook::proxy {

inline std::string_view tag_of(const message::Message& message, message::HeaderId id) {
    const auto value = message::parse_name_addr(message.value(id));
    return value ? value->tag() : std::string_view{};
}

inline std::optional<std::uint64_t> read_hex(std::string_view digits) {
    std::uint64_t value = 0;
    if (digits.empty() || digits.size() > 16) return std::nullopt;
    for (const char c : digits) {
        const int v = hex_value(c);
        if (v < 0) return std::nullopt;
        value = value << 4 | static_cast<std::uint64_t>(v);
    }
    return value;
}

}  // namespace offhook::proxy
