#include "offhook/message/grammar.hpp"

#include "offhook/base/address.hpp"

namespace offhook::message::grammar {

std::expected<void, ParseError> take_parameter(Cursor& cursor, Parameter& out) {
    cursor.skip_lws();
    const std::size_t from = cursor.at;
    out.name = cursor.take(token);
    if (out.name.empty()) return cursor.fail(ErrorCode::bad_parameter);
    out.value = out.name.substr(out.name.size());
    out.text = out.name;
    cursor.skip_lws();
    out.has_value = cursor.eat('=');
    if (!out.has_value) return {};
    cursor.skip_lws();
    if (cursor.see('"')) {
        const auto inside = cursor.quoted();
        if (!inside) return std::unexpected(inside.error());
        out.value = *inside;
    } else {
        out.value = cursor.take(gen_value);
        if (out.value.empty()) return cursor.fail(ErrorCode::bad_parameter);
    }
    out.text = cursor.text.substr(from, cursor.at - from);
    cursor.skip_lws();
    return {};
}

std::expected<void, ParseError> skip_parameters(Cursor& cursor) {
    return each_parameter(cursor, [](const Parameter&) {});
}

std::expected<std::string_view, ParseError> take_parameters(Cursor& cursor) {
    cursor.skip_lws();
    const std::string_view parameters = cursor.rest();
    if (const auto rest = skip_parameters(cursor); !rest) return std::unexpected(rest.error());
    return parameters;
}

std::expected<std::uint32_t, ParseError> take_number(Cursor& cursor) {
    const std::size_t from = cursor.at;
    while (is_digit(cursor.peek())) ++cursor.at;
    if (cursor.at == from) return cursor.fail(ErrorCode::bad_number);
    const auto number = to_number<std::uint32_t>(cursor.text.substr(from, cursor.at - from));
    if (!number) return Cursor::fail(ErrorCode::number_out_of_range, from);
    return *number;
}

namespace {

bool is_ipv4(std::string_view text) {
    std::size_t at = 0;
    for (unsigned octets = 1;; ++octets, ++at) {
        const std::size_t from = at;
        unsigned value = 0;
        for (; at < text.size() && at - from < 4 && is_digit(text[at]); ++at) value = value * 10 + static_cast<unsigned>(text[at] - '0');
        const std::size_t digits = at - from;
        if (digits == 0 || digits > 3 || value > 255 || (digits > 1 && text[from] == '0')) return false;
        if (at == text.size()) return octets == 4;
        if (octets == 4 || text[at] != '.') return false;
    }
}

// §25.1 hostname, but for a last label that starts with a digit (names of containers do); one of digits only is an address.
bool is_host_name(std::string_view name) {
    const bool dot = name.ends_with('.');
    if (dot) name.remove_suffix(1);
    if (name.empty()) return false;
    std::size_t label = 0;
    for (std::size_t at = 0; at < name.size(); ++at) {
        if (name[at] != '.') continue;
        if (at == label) return false;
        label = at + 1;
    }
    if (!is_digit(name.back())) return label < name.size();
    for (; label < name.size(); ++label)
        if (!is_digit(name[label])) return true;
    return !dot && is_ipv4(name);
}

}  // namespace

std::expected<HostPort, ParseError> take_host_port(Cursor& cursor, bool blanks) {
    HostPort out;
    const std::size_t from = cursor.at;
    if (cursor.see('[')) {
        const std::size_t end = cursor.text.find(']', from);
        if (end == std::string_view::npos) return cursor.fail(ErrorCode::bad_host);
        out.host = cursor.text.substr(from, end + 1 - from);
        const auto address = IpAddress::parse(out.host);
        if (!address || !address->is_v6()) return cursor.fail(ErrorCode::bad_host);
        cursor.at = end + 1;
    } else {
        out.host = cursor.take(host);
        if (!is_host_name(out.host)) return Cursor::fail(ErrorCode::bad_host, from);
    }
    if (cursor.done()) return out;
    const std::size_t before_blanks = cursor.at;
    if (blanks) cursor.skip_lws();
    if (!cursor.eat(':')) {
        cursor.at = before_blanks;
        return out;
    }
    if (blanks) cursor.skip_lws();
    const std::size_t digits = cursor.at;
    while (is_digit(cursor.peek())) ++cursor.at;
    const auto port = to_number<std::uint16_t>(cursor.text.substr(digits, cursor.at - digits));
    if (!port || *port == 0) return Cursor::fail(ErrorCode::bad_port, digits);
    out.port = *port;
    return out;
}

}  // namespace offhook::message::grammar
