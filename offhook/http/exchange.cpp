#include "offhook/http/exchange.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "offhook/base/text.hpp"

namespace offhook::http {
namespace {

/// `plus`: in a query a '+' is a blank, as HTML forms write it.
std::optional<std::string> decode(std::string_view text, bool plus) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
            if (high < 0 || low < 0 || high + low == 0) return std::nullopt;
            out += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            out += plus && text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

}  // namespace

std::optional<std::string_view> Request::parameter(std::string_view name) const {
    for (const auto& [key, value] : query)
        if (key == name) return value;
    return std::nullopt;
}

Response error_response(int status, std::string_view text) {
    return {status, boost::json::serialize(boost::json::value{{"error", boost::json::string(text)}}) + "\n"};
}

bool parse_target(std::string_view target, Request& request) {
    const auto mark = target.find('?');
    auto path = decode(target.substr(0, mark), false);
    if (!path || !path->starts_with('/')) return false;
    request.path = std::move(*path);
    for (auto rest = mark == target.npos ? std::string_view{} : target.substr(mark + 1); !rest.empty();) {
        const auto end = std::min(rest.find('&'), rest.size());
        const auto piece = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (piece.empty()) continue;
        const auto equals = std::min(piece.find('='), piece.size());
        auto name = decode(piece.substr(0, equals), true);
        auto value = decode(piece.substr(std::min(equals + 1, piece.size())), true);
        if (!name || !value) return false;
        request.query.emplace_back(std::move(*name), std::move(*value));
    }
    return true;
}

std::string escape_component(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        if (is_alpha(c) || is_digit(c) || std::string_view("-._~@,").find(c) != std::string_view::npos) {
            out += c;
        } else {
            const auto octet = static_cast<unsigned char>(c);
            out += {'%', digits[octet >> 4], digits[octet & 15]};
        }
    }
    return out;
}

}  // namespace offhook::http
