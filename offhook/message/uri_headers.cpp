#include "offhook/message/uri_headers.hpp"

#include <algorithm>

#include "offhook/message/grammar.hpp"

namespace offhook::message {

std::optional<std::string_view> uri_header(std::string_view headers, std::string_view name) {
    while (!headers.empty()) {
        const std::string_view one = headers.substr(0, headers.find('&'));
        headers.remove_prefix(std::min(one.size() + 1, headers.size()));
        const std::size_t equals = one.find('=');
        if (iequals(one.substr(0, equals), name)) return equals == std::string_view::npos ? std::string_view{} : one.substr(equals + 1);
    }
    return std::nullopt;
}

void append_uri_header_value(std::string& out, std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (const char c : text) {
        if (grammar::is(c, grammar::uri_header)) {
            out += c;
            continue;
        }
        const auto octet = static_cast<unsigned char>(c);
        out += '%';
        out += digits[octet >> 4];
        out += digits[octet & 15];
    }
}

}  // namespace offhook::message
