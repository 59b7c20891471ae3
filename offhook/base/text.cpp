#include "offhook/base/text.hpp"

namespace offhook {

namespace {
constexpr char digits[] = "0123456789abcdef";
}

std::string lower(std::string_view s) {
    std::string out(s);
    for (char& c : out) c = to_lower(c);
    return out;
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

void append_hex(std::string& out, std::uint64_t value) {
    char buffer[16];
    for (std::size_t i = sizeof buffer; i-- > 0; value >>= 4) buffer[i] = digits[value & 15];
    out.append(buffer, sizeof buffer);
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
