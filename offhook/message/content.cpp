#include "offhook/message/content.hpp"

#include <iterator>

#include "offhook/message/grammar.hpp"

namespace offhook::message {

namespace {

using grammar::Cursor;

// Letters, then subtags of letters and digits (§25.1 has letters only, but regions as in es-419 are in use), eight at most of each.
std::expected<std::string_view, ParseError> take_language(Cursor& cursor) {
    const std::size_t from = cursor.at;
    bool first = true;
    do {
        const std::size_t tag = cursor.at;
        while (is_alpha(cursor.peek()) || (!first && is_digit(cursor.peek()))) ++cursor.at;
        if (cursor.at == tag) return cursor.fail(ErrorCode::bad_token);
        if (cursor.at - tag > 8) return Cursor::fail(ErrorCode::bad_token, tag);
        first = false;
    } while (cursor.eat('-'));
    return cursor.text.substr(from, cursor.at - from);
}

std::expected<Preference, ParseError> with_quality(Cursor cursor, std::string_view value) {
    const auto parameters = grammar::take_parameters(cursor);
    if (!parameters) return std::unexpected(parameters.error());
    const auto quality = quality_of(cursor.text, *parameters);
    if (!quality) return std::unexpected(quality.error());
    return Preference{value, *parameters, *quality};
}

}  // namespace

bool ContentDisposition::is(std::string_view wanted) const { return iequals(type, wanted); }

std::expected<ContentDisposition, ParseError> parse_content_disposition(std::string_view text) {
    const auto value = parse_token_value(text);
    if (!value) return std::unexpected(value.error());
    ContentDisposition out{value->value, value->parameters};
    ParameterReader reader(out.parameters);
    while (const auto found = reader.next()) {
        if (!iequals(found->name, "handling")) continue;
        if (!is_token(found->value)) return refuse(text, *found);
        // What other-handling may mean nobody has said; like an absent one it is taken for "required".
        out.required = !iequals(found->value, "optional");
        break;
    }
    return out;
}

bool MediaRange::matches(std::string_view wanted_type, std::string_view wanted_subtype) const {
    return (type == "*" || iequals(type, wanted_type)) && (subtype == "*" || iequals(subtype, wanted_subtype));
}

std::expected<MediaRange, ParseError> parse_media_range(std::string_view text) {
    const auto type = parse_media_type(text);  // "*" is a token too
    if (!type) return std::unexpected(type.error());
    if (type->type == "*" && type->subtype != "*") return grammar::fail_at(text, type->subtype, ErrorCode::bad_media_type);
    const auto quality = quality_of(text, type->parameters);
    if (!quality) return std::unexpected(quality.error());
    return MediaRange{type->type, type->subtype, type->parameters, *quality};
}

std::expected<Preference, ParseError> parse_coding(std::string_view text) {
    Cursor cursor{text};
    cursor.skip_lws();
    const std::string_view coding = cursor.take(grammar::token);
    if (coding.empty()) return cursor.fail(ErrorCode::bad_token);
    return with_quality(cursor, coding);
}

std::expected<Preference, ParseError> parse_language_range(std::string_view text) {
    Cursor cursor{text};
    cursor.skip_lws();
    if (cursor.see('*')) {
        const std::size_t star = cursor.at++;
        return with_quality(cursor, text.substr(star, 1));
    }
    const auto language = take_language(cursor);
    if (!language) return std::unexpected(language.error());
    return with_quality(cursor, *language);
}

std::expected<std::string_view, ParseError> parse_language_tag(std::string_view text) {
    Cursor cursor{text};
    const auto language = take_language(cursor);
    if (language && !cursor.done()) return cursor.fail(ErrorCode::trailing_bytes);
    return language;
}

std::expected<Priority, ParseError> parse_priority(std::string_view text) {
    const auto token = parse_token(text);
    if (!token) return std::unexpected(token.error());
    constexpr std::string_view levels[] = {"emergency", "urgent", "normal", "non-urgent"};
    std::size_t level = 0;
    while (level < std::size(levels) && !iequals(levels[level], text)) ++level;
    return Priority{static_cast<Priority::Level>(level), text};
}

}  // namespace offhook::message
