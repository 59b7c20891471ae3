#include "offhook/message/name_addr.hpp"

#include "offhook/message/grammar.hpp"
#include "offhook/message/scan.hpp"

namespace offhook::message {

namespace {

using grammar::Cursor;
using Checked = std::expected<void, ParseError>;

Checked read_uri(Uri& out, std::string_view text, std::size_t offset) {
    const auto parsed = parse_uri(text);
    if (!parsed) return Cursor::fail(parsed.error().code, offset + parsed.error().offset);
    out = *parsed;
    return {};
}

Checked read_parameters(NameAddr& out, Cursor& cursor) {
    cursor.skip_lws();
    out.parameters = cursor.rest();
    return grammar::skip_parameters(cursor);
}

// From "<" on: URI, then parameters.
Checked in_brackets(NameAddr& out, Uri& parsed, Cursor& cursor) {
    const std::size_t open = cursor.at;
    const std::size_t close = scan::find<'>'>(cursor.text, open);
    if (close == cursor.text.size()) return cursor.fail(ErrorCode::unterminated_angle);
    out.uri = cursor.text.substr(open + 1, close - open - 1);
    if (const Checked uri = read_uri(parsed, out.uri, open + 1); !uri) return uri;
    cursor.at = close + 1;
    return read_parameters(out, cursor);
}

// §20: without brackets all that follows a semicolon are header parameters, and a comma or question mark cannot stand.
Checked without_brackets(NameAddr& out, Uri& parsed, Cursor& cursor) {
    const std::size_t from = cursor.at;
    while (!cursor.done() && cursor.peek() != ';' && !grammar::is_space(cursor.peek())) {
        if (cursor.see(',') || cursor.see('?')) return cursor.fail(ErrorCode::comma_needs_brackets);
        ++cursor.at;
    }
    out.uri = cursor.text.substr(from, cursor.at - from);
    if (const Checked uri = read_uri(parsed, out.uri, from); !uri) return uri;
    return read_parameters(out, cursor);
}

Checked read_name_addr(NameAddr& out, Uri& parsed, std::string_view text) {
    Cursor cursor{text};
    cursor.skip_lws();
    const std::size_t from = cursor.at;
    if (cursor.see('<')) return in_brackets(out, parsed, cursor);
    if (cursor.see('"')) {
        const auto inside = cursor.quoted();
        if (!inside) return std::unexpected(inside.error());
        out.display_name = *inside;
        cursor.skip_lws();
        if (!cursor.see('<')) return cursor.fail(ErrorCode::bad_name_addr);
        return in_brackets(out, parsed, cursor);
    }
    // Tokens up to "<" are a display name, up to a colon a URI's scheme.
    const std::string_view name = cursor.take(grammar::display);
    if (cursor.see('<')) {
        out.display_name = trim(name);
        return in_brackets(out, parsed, cursor);
    }
    if (!cursor.see(':')) return Cursor::fail(ErrorCode::bad_name_addr, trim(text) == "*" ? from : cursor.at);  // only a Contact may be "*"
    cursor.at = from;
    return without_brackets(out, parsed, cursor);
}

}  // namespace

std::expected<NameAddr, ParseError> parse_name_addr(std::string_view text) {
    Uri uri;
    return parse_name_addr(text, uri);
}

std::expected<NameAddr, ParseError> parse_name_addr(std::string_view text, Uri& uri) {
    std::expected<NameAddr, ParseError> value;
    if (const Checked read = read_name_addr(*value, uri, text); !read) value = std::unexpected(read.error());
    return value;
}

std::expected<NameAddr, ParseError> parse_contact(std::string_view text) {
    if (trim(text) != "*") return parse_name_addr(text);
    NameAddr out;
    out.star = true;
    return out;
}

}  // namespace offhook::message
