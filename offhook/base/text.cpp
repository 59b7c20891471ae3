#include "offhook/base/text.hpp"

namespace offhook {

namespace {
constexpr char digits[] = "0123456789abcdef";

constexpr unsigned octet(char c) { return static_cast<unsigned char>(c); }
}  // namespace

std::string lower(std::string_view s) {
    std::string out(s);
    for (char& c : out) c = to_lower(c);
    return out;
}

std::size_t utf8_sequence(std::string_view s) {
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

bool is_utf8(std::string_view s) {
    while (!s.empty()) {
        const std::size_t length = s[0] == '\0' ? 0 : utf8_sequence(s);
        if (length == 0) return false;
        s.remove_prefix(length);
    }
    return true;
}

std::string to_hex(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out;
}

std::string to_hex(std::uint64_t value) {
    std::string out;
    append_hex(out, value);
    return out;
}

void append_hex(std::string& out, std::uint64_t value, std::size_t count) {
    char buffer[16];
    for (std::size_t i = count; i-- > 0; value >>= 4) buffer[i] = digits[value & 15];
    out.append(buffer, count);
}

void append_number(std::string& out, std::uint64_t value) {
    char buffer[20];
    const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
    out.append(buffer, end);
}

std::optional<std::string> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    std::string out;
    out.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = hex_value(text[i]), low = hex_value(text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        out += static_cast<char>(high * 16 + low);
    }
    return out;
}

}  // namespace offhook
