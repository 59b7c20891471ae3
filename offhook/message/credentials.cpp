#include "offhook/message/credentials.hpp"

#include "offhook/message/grammar.hpp"

namespace offhook::message {

namespace {

using grammar::Cursor;

// A value without quotes may hold more than a token: base64 (opaque, Basic) and URIs, as old phones write them.
bool is_bare_value(char c) { return grammar::is(c, grammar::visible) && c != ',' && c != ';'; }

std::expected<std::string_view, ParseError> check_pairs(Cursor cursor) {
    cursor.skip_lws();
    const std::string_view all = cursor.rest();
    if (cursor.done()) return cursor.fail(ErrorCode::bad_credentials);
    for (;;) {
        cursor.skip_lws();
        if (cursor.take(grammar::token).empty()) return cursor.fail(ErrorCode::bad_parameter);
        cursor.skip_lws();
        if (!cursor.eat('=')) return cursor.fail(ErrorCode::bad_parameter);
        cursor.skip_lws();
        if (cursor.see('"')) {
            const auto inside = cursor.quoted();
            if (!inside) return std::unexpected(inside.error());
        } else {
            while (!cursor.done() && is_bare_value(cursor.peek())) ++cursor.at;
        }
        cursor.skip_lws();
        if (cursor.done()) return all;
        if (!cursor.eat(',')) return cursor.fail(ErrorCode::bad_parameter);
    }
}

}  // namespace

std::optional<std::string_view> Credentials::parameter(std::string_view name) const {
    ParameterReader reader(parameters, ',');
    while (const auto found = reader.next())
        if (iequals(found->name, name)) return found->value;
    return std::nullopt;
}

std::expected<Credentials, ParseError> parse_credentials(std::string_view text) {
    Cursor cursor{text};
    Credentials out;
    cursor.skip_lws();
    out.scheme = cursor.take(grammar::token);
    if (out.scheme.empty() || !grammar::is_space(cursor.peek())) return cursor.fail(ErrorCode::bad_credentials);
    cursor.skip_lws();
    // Schemes other than Digest may carry one bare token (Basic's base64, RFC 7235 token68).
    if (!iequals(out.scheme, "Digest") && cursor.rest().find_first_of(",\" \t") == std::string_view::npos && !cursor.done()) {
        out.parameters = cursor.rest();
        return out;
    }
    const auto pairs = check_pairs(cursor);
    if (!pairs) return std::unexpected(pairs.error());
    out.parameters = *pairs;
    return out;
}

std::expected<Credentials, ParseError> parse_authentication_info(std::string_view text) {
    const auto pairs = check_pairs(Cursor{text});
    if (!pairs) return std::unexpected(pairs.error());
    return Credentials{{}, *pairs};
}

}  // namespace offhook::message
