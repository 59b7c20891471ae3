#include "offhook/store/escape.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "offhook/base/text.hpp"

namespace offhook::store {
namespace {

constexpr char digits[] = "0123456789abcdef";

constexpr unsigned octet(char c) { return static_cast<unsigned char>(c); }

}  // namespace

// Eight octets at a time: an octet minus 1 borrows only from 0 (or has its high bit set anyhow, which is not plain either).
bool is_plain(std::string_view octets) {
    constexpr std::uint64_t ones = 0x0101010101010101, high = 0x8080808080808080, backslashes = ones * '\\';
    std::uint64_t found = 0;
    while (octets.size() >= 8) {
        std::uint64_t eight = 0;
        std::memcpy(&eight, octets.data(), 8);
        found |= eight | (eight - ones) | ((eight ^ backslashes) - ones);
        octets.remove_prefix(8);
    }
    for (const char c : octets) found |= octet(c) | (octet(c) - 1U) | ((octet(c) ^ octet('\\')) - 1U);
    return (found & high) == 0;
}

void escape(std::string& out, std::string_view octets) {
    out.clear();
    if (is_plain(octets)) {
        out.append(octets);
        return;
    }
    while (!octets.empty()) {
        const std::size_t length = octets[0] == '\0' ? 0 : utf8_sequence(octets);
        if (length == 0) {
            out += "\\x";
            out += digits[octet(octets[0]) >> 4];
            out += digits[octet(octets[0]) & 15];
        } else if (octets[0] == '\\') {
            out += "\\\\";
        } else {
            out.append(octets.substr(0, length));
        }
        octets.remove_prefix(std::max<std::size_t>(length, 1));
    }
}

std::string escaped(std::string_view octets) {
    std::string out;
    escape(out, octets);
    return out;
}

std::string unescaped(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto at = text.find('\\');
        out.append(text.substr(0, at));
        if (at == std::string_view::npos) break;
        text.remove_prefix(at);
        if (text.size() >= 2 && text[1] == '\\') {
            out += '\\';
            text.remove_prefix(2);
        } else if (text.size() >= 4 && text[1] == 'x' && hex_value(text[2]) >= 0 && hex_value(text[3]) >= 0) {
            out += static_cast<char>(hex_value(text[2]) * 16 + hex_value(text[3]));
            text.remove_prefix(4);
        } else {
            out += '\\';
            text.remove_prefix(1);
        }
    }
    return out;
}

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    while (!text.empty()) {
        const auto special = std::ranges::find_if(text, [](char c) { return c == '"' || c == '\\' || octet(c) < 0x20; });
        const auto plain = static_cast<std::size_t>(special - text.begin());
        out.append(text.substr(0, plain));
        if (plain == text.size()) break;
        if (*special == '"' || *special == '\\') {
            out += '\\';
            out += *special;
        } else {
            out += "\\u00";
            out += digits[octet(*special) >> 4];
            out += digits[octet(*special) & 15];
        }
        text.remove_prefix(plain + 1);
    }
    out += '"';
}

}  // namespace offhook::store
