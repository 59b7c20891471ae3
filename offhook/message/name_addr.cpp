#include "offhook/message/name_addr.hpp"

#include "offhook/message/grammar.hpp"

namespace offhook::message {

namespace {

using grammar::Cursor;

std::unexpected<ParseError> moved(ParseError error, std::size_t by) {
    error.offset += static_cast<std::uint32_t>(by);
    return std::unexpected(error);
}

// From "<" on: URI, then parameters.
std::expected<NameAddr, ParseError> in_brackets(Cursor cursor, NameAddr out) {
    const std::size_t open = cursor.at;
    const std::size_t close = cursor.text.find('>', open);
    if (close == std::string_view::npos) return cursor.fail(ErrorCode::unterminated_angle);
    out.uri = cursor.text.substr(open + 1, close - open - 1);
    if (const auto uri = parse_uri(out.uri); !uri) return moved(uri.error(), open + 1);
    cursor.at = close + 1;
    cursor.skip_lws();
    out.parameters = cursor.rest();
    if (const auto rest = grammar::skip_parameters(cursor); !rest) return std::unexpected(rest.error());
    return out;
}

// §20: without brackets all that follows a semicolon are header parameters, and a comma or question mark cannot stand.
std::expected<NameAddr, ParseError> without_brackets(Cursor cursor) {
    NameAddr out;
    const std::size_t from = cursor.at;
    while (!cursor.done() && cursor.peek() != ';' && !grammar::is_space(cursor.peek())) {
        if (cursor.see(',') || cursor.see('?')) return cursor.fail(ErrorCode::comma_needs_brackets);
        ++cursor.at;
    }
    out.uri = cursor.text.substr(from, cursor.at - from);
    if (const auto uri = parse_uri(out.uri); !uri) return moved(uri.error(), from);
    cursor.skip_lws();
    out.parameters = cursor.rest();
    if (const auto rest = grammar::skip_parameters(cursor); !rest) return std::unexpected(rest.error());
    return out;
}

}  // namespace

std::expected<NameAddr, ParseError> parse_name_addr(std::string_view text) {
    Cursor cursor{text};
    cursor.skip_lws();
    const std::size_t from = cursor.at;
    if (cursor.see('<')) return in_brackets(cursor, {});
    if (cursor.see('"')) {
        NameAddr out;
        const auto inside = cursor.quoted();
        if (!inside) return std::unexpected(inside.error());
        out.display_name = *inside;
        cursor.skip_lws();
        if (!cursor.see('<')) return cursor.fail(ErrorCode::bad_name_addr);
        return in_brackets(cursor, out);
    }
    if (trim(text) == "*") {
        NameAddr out;
        out.star = true;
        return out;
    }
    // Tokens up to "<" are a display name (octets of UTF-8 are not the RFC's here, but usual), up to a colon a URI's scheme.
    while (!cursor.done() && (grammar::is(cursor.peek(), grammar::token) || grammar::is_space(cursor.peek()) || (cursor.peek() & 0x80) != 0))
        ++cursor.at;
    if (cursor.see('<')) {
        NameAddr out;
        out.display_name = trim(text.substr(from, cursor.at - from));
        return in_brackets(cursor, out);
    }
    if (!cursor.see(':')) return cursor.fail(ErrorCode::bad_name_addr);
    cursor.at = from;
    return without_brackets(cursor);
}

}  // namespace offhook::message
