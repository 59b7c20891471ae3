#include "offhook/message/policy.hpp"

#include "offhook/message/grammar.hpp"
#include "offhook/message/uri.hpp"

namespace offhook::message {

namespace {

using grammar::Cursor;

// All that follows a semicolon belongs to the header field, as it does without brackets elsewhere (RFC 3261 §20).
std::expected<InfoValue, ParseError> bare_uri(std::string_view text) {
    Cursor cursor{text};
    while (!cursor.done() && !cursor.see(';') && !grammar::is_space(cursor.peek())) ++cursor.at;
    InfoValue out;
    out.uri = text.substr(0, cursor.at);
    if (const auto uri = parse_uri(out.uri); !uri) return std::unexpected(uri.error());
    const auto parameters = grammar::take_parameters(cursor);
    if (!parameters) return std::unexpected(parameters.error());
    out.parameters = *parameters;
    return out;
}

}  // namespace

std::expected<PolicyId, ParseError> parse_policy_id(std::string_view text) {
    const auto value = text.starts_with('<') ? parse_info(text) : bare_uri(text);
    if (!value) return std::unexpected(value.error());
    return PolicyId{*value, value->parameter("token").value_or(std::string_view())};
}

std::expected<PolicyContact, ParseError> parse_policy_contact(std::string_view text) {
    const auto value = parse_info(text);
    if (!value) return std::unexpected(value.error());
    PolicyContact out{*value, !value->parameter("non-cacheable"), {}};
    if (const auto host = out.parameter("alt-uri")) {
        Cursor cursor{*host};
        const auto found = grammar::take_host_port(cursor, /*blanks=*/false);
        if (!found || !cursor.done()) return Cursor::fail(ErrorCode::bad_host, grammar::offset_in(text, *host));
        out.alt_uri = *host;
    }
    return out;
}

}  // namespace offhook::message
