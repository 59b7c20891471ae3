#include "offhook/message/identity.hpp"

#include "offhook/message/grammar.hpp"
#include "offhook/message/uri.hpp"

namespace offhook::message {

namespace {

using grammar::Cursor;

// The RFC's ABNF has base64 with + and /, its examples and RFC 8225 have base64url with - and _: both are read.
bool is_passport(char c) { return is_alpha(c) || is_digit(c) || std::string_view("+/-_.").find(c) != std::string_view::npos; }

// At "info": its value, a URI in angle brackets, if that is what the parameter is. Nothing: it is another parameter.
std::expected<std::optional<std::string_view>, ParseError> take_info(Cursor& cursor) {
    Cursor ahead = cursor;
    if (!iequals(ahead.take(grammar::token), "info")) return std::nullopt;
    ahead.skip_lws();
    if (!ahead.eat('=')) return std::nullopt;
    ahead.skip_lws();
    const std::size_t open = ahead.at;
    if (!ahead.eat('<')) return ahead.fail(ErrorCode::bad_identity);
    const std::size_t close = ahead.text.find('>', open);
    if (close == std::string_view::npos) return Cursor::fail(ErrorCode::unterminated_angle, open);
    const std::string_view uri = ahead.text.substr(open + 1, close - open - 1);
    if (const auto parsed = parse_uri(uri); !parsed) return Cursor::fail(parsed.error().code, open + 1 + parsed.error().offset);
    cursor.at = close + 1;
    cursor.skip_lws();
    return uri;
}

}  // namespace

std::expected<Identity, ParseError> parse_identity(std::string_view text) {
    Cursor cursor{text};
    Identity out;
    cursor.skip_lws();
    const std::size_t from = cursor.at;
    while (!cursor.done() && is_passport(cursor.peek())) ++cursor.at;
    out.passport = text.substr(from, cursor.at - from);
    if (out.passport.empty()) return cursor.fail(ErrorCode::bad_identity);
    cursor.skip_lws();
    out.parameters = cursor.rest();
    while (cursor.eat(';')) {
        cursor.skip_lws();
        const auto info = take_info(cursor);
        if (!info) return std::unexpected(info.error());
        if (*info) {
            if (out.info.empty()) out.info = **info;
        } else if (const auto skipped = grammar::skip_parameter(cursor); !skipped) {
            return std::unexpected(skipped.error());
        }
    }
    if (!cursor.done() || out.info.empty()) return cursor.fail(ErrorCode::bad_identity);
    out.algorithm = out.parameter("alg").value_or(std::string_view());
    out.type = out.parameter("ppt").value_or(std::string_view());
    return out;
}

void append_identity(std::string& out, const Identity& identity) {
    out.append(identity.passport).append(";info=<").append(identity.info).append(">");
    append_parameter(out, "alg", identity.algorithm);
    append_parameter(out, "ppt", identity.type);
}

}  // namespace offhook::message
