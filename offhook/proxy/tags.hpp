// Hexadecimal read without an allocation: what loop marks and relay tokens are made of.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "offhook/base/text.hpp"

namespace offhook::proxy {

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
