#include "offhook/message/info.hpp"

#include "offhook/message/grammar.hpp"
#include "offhook/message/uri.hpp"

namespace offhook::message {

using grammar::Cursor;

std::expected<InfoValue, ParseError> parse_info(std::string_view text) {
    Cursor cursor{text};
    InfoValue out;
    cursor.skip_lws();
    const std::size_t open = cursor.at;
    if (!cursor.eat('<')) return cursor.fail(ErrorCode::bad_name_addr);
    const std::size_t close = text.find('>', open);
    if (close == std::string_view::npos) return Cursor::fail(ErrorCode::unterminated_angle, open);
    out.uri = text.substr(open + 1, close - open - 1);
    if (const auto uri = parse_uri(out.uri); !uri) return Cursor::fail(uri.error().code, open + 1 + uri.error().offset);
    cursor.at = close + 1;
    const auto parameters = grammar::take_parameters(cursor);
    if (!parameters) return std::unexpected(parameters.error());
    out.parameters = *parameters;
    return out;
}

namespace {

bool is_let_dig(char c) { return is_alpha(c) || is_digit(c); }

// alert-label of RFC 7462 §7: letters and digits, hyphens only inside.
std::string_view take_label(Cursor& cursor) {
    const std::size_t from = cursor.at;
    while (is_let_dig(cursor.peek()) || cursor.see('-')) ++cursor.at;
    const std::string_view label = cursor.text.substr(from, cursor.at - from);
    return label.empty() || label.front() == '-' || label.back() == '-' ? std::string_view{} : label;
}

// alert-name: a label, for private ones with the provider's domain behind an @.
bool take_alert_name(Cursor& cursor) {
    const std::size_t from = cursor.at;
    bool good = !take_label(cursor).empty();
    if (good && cursor.eat('@')) {
        do good = !take_label(cursor).empty();
        while (good && cursor.eat('.'));
    }
    if (!good) cursor.at = from;
    return good;
}

}  // namespace

bool AlertUrn::is(std::string_view wanted_category, std::string_view wanted_indication) const {
    if (!iequals(category, wanted_category) || !iequals(indication.substr(0, wanted_indication.size()), wanted_indication)) return false;
    return indication.size() == wanted_indication.size() || indication[wanted_indication.size()] == ':';
}

std::expected<AlertUrn, ParseError> parse_alert_urn(std::string_view text) {
    constexpr std::string_view prefix = "urn:alert:";
    if (!iequals(text.substr(0, prefix.size()), prefix)) return Cursor::fail(ErrorCode::bad_uri, 0);
    Cursor cursor{text, prefix.size()};
    if (!take_alert_name(cursor)) return cursor.fail(ErrorCode::bad_uri);
    AlertUrn out;
    out.category = text.substr(prefix.size(), cursor.at - prefix.size());
    const std::size_t indication = cursor.at + 1;
    do {
        if (!cursor.eat(':') || !take_alert_name(cursor)) return cursor.fail(ErrorCode::bad_uri);
    } while (!cursor.done());
    out.indication = text.substr(indication);
    return out;
}

}  // namespace offhook::message
