#include "offhook/store/escape.hpp"

#include <algorithm>
#include <cstdint>

#include "offhook/base/text.hpp"

namespace offhook::store {
namespace {

constexpr char digits[] = "0123456789abcdef";

constexpr unsigned octet(char c) { return static_cast<unsigned char>(c); }

// The length of the UTF-8 sequence at the start of s (RFC 3629 §4: no overlong forms, no surrogates, nothing above U+10FFFF); 0 if none.
std::size_t sequence(std::string_view s) {
    const unsigned lead = octet(s[0]);
    if (lead < 0x80) return 1;
    const std::size_t length = lead >= 0xc2 && lead <= 0xdf ? 2 : (lead & 0xf0) == 0xe0 ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
    if (length == 0 || s.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((octet(s[i]) & 0xc0) != 0x80) return 0;
    const unsigned second = octet(s[1]);
    const bool bad =
        (lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) || (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f);
    return bad ? 0 : length;
}

}  // namespace

void escape(std::string& out, std::string_view octets) {
    const bool plain = std::ranges::none_of(octets, [](char c) { return c == '\0' || c == '\\' || octet(c) >= 0x80; });
    out.clear();
    if (plain) {
        out.append(octets);
        return;
    }
    while (!octets.empty()) {
        const std::size_t length = octets[0] == '\0' ? 0 : sequence(octets);
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
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (octet(c) < 0x20) {
            out += "\\u00";
            out += digits[octet(c) >> 4];
            out += digits[octet(c) & 15];
        } else {
            out += c;
        }
    }
    out += '"';
}

}  // namespace offhook::store
