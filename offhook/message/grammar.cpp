#include "offhook/message/grammar.hpp"

#include "offhook/base/address.hpp"

namespace offhook::message::grammar {

std::expected<void, ParseError> skip_parameter(Cursor& cursor) {
    cursor.skip_lws();
    if (cursor.take(token).empty()) return cursor.fail(ErrorCode::bad_parameter);
    cursor.skip_lws();
    if (!cursor.eat('=')) return {};
    cursor.skip_lws();
    if (cursor.see('"')) {
        const auto inside = cursor.quoted();
        if (!inside) return std::unexpected(inside.error());
    } else if (cursor.take(gen_value).empty()) {
        return cursor.fail(ErrorCode::bad_parameter);
    }
    cursor.skip_lws();
    return {};
}

std::expected<void, ParseError> skip_parameters(Cursor& cursor) {
    cursor.skip_lws();
    while (cursor.eat(';')) {
        const auto skipped = skip_parameter(cursor);
        if (!skipped) return skipped;
    }
    if (!cursor.done()) return cursor.fail(ErrorCode::trailing_bytes);
    return {};
}

namespace {

// §25.1 hostname, but for a last label that starts with a digit (names of containers do); one of digits only is an address.
bool is_host_name(std::string_view name) {
    if (name.ends_with('.')) name.remove_suffix(1);
    if (name.empty() || name.starts_with('.') || name.find("..") != std::string_view::npos) return false;
    const std::string_view last = name.substr(name.rfind('.') + 1);
    if (last.find_first_not_of("0123456789") == std::string_view::npos) return IpAddress::parse(name).has_value();
    return true;
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
