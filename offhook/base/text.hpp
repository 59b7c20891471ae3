// Small helpers on bytes that never consult a locale: case folding, trimming, UTF-8, numbers, hexadecimal.
#pragma once
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace offhook {

constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_alpha(char c) { return to_lower(c) >= 'a' && to_lower(c) <= 'z'; }
constexpr int hex_value(char c) {
    if (is_digit(c)) return c - '0';
    const char l = to_lower(c);
    return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

/// Equal but for the case of ASCII letters.
constexpr bool iequals(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (to_lower(a[i]) != to_lower(b[i])) return false;
    return true;
}

/// Without spaces, tabs and line ends (of folded headers) at both ends.
constexpr std::string_view trim(std::string_view s) {
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
    while (!s.empty() && blank(s.front())) s.remove_prefix(1);
    while (!s.empty() && blank(s.back())) s.remove_suffix(1);
    return s;
}

std::string lower(std::string_view s);

/// The length of the UTF-8 sequence that s, which is not empty, begins with (RFC 3629 §4: no overlong forms, no surrogates, nothing above
/// U+10FFFF); 0 if it begins with none.
std::size_t utf8_sequence(std::string_view s);
/// UTF-8 throughout, without NUL.
bool is_utf8(std::string_view s);

/// The whole of s as an unsigned decimal number: digits only, no sign, no overflow.
template <class Number>
constexpr std::optional<Number> to_number(std::string_view s) {
    Number value{};
    if (s.empty() || !is_digit(s[0])) return std::nullopt;
    const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
    if (error != std::errc{} || end != s.data() + s.size()) return std::nullopt;
    return value;
}

std::string to_hex(std::string_view bytes);                       ///< two lower-case digits for each byte
std::string to_hex(std::uint64_t value);                          ///< always 16 lower-case digits
void append_hex(std::string& out, std::uint64_t value, std::size_t count = 16);  ///< the lowest `count` digits, at most 16, in lower case
void append_number(std::string& out, std::uint64_t value);        ///< decimal
std::optional<std::string> from_hex(std::string_view digits);     ///< nothing if odd or not hexadecimal

}  // namespace offhook
