#include "offhook/message/geolocation.hpp"

#include "offhook/message/grammar.hpp"

namespace offhook::message {

namespace {

using grammar::Cursor;

std::expected<CodedError, ParseError> coded_error(std::string_view text, std::size_t least_digits, std::string_view words) {
    constexpr std::size_t most_digits = 3;
    Cursor cursor{text};
    cursor.skip_lws();
    const std::size_t from = cursor.at;
    const auto code = grammar::take_number(cursor);
    if (!code) return std::unexpected(code.error());
    if (cursor.at - from > most_digits) return Cursor::fail(ErrorCode::number_out_of_range, from);
    if (cursor.at - from < least_digits) return cursor.fail(ErrorCode::bad_number);
    const auto parameters = grammar::take_parameters(cursor);
    if (!parameters) return std::unexpected(parameters.error());
    return CodedError{*code, parameter(*parameters, words).value_or(std::string_view()), *parameters};
}

}  // namespace

std::expected<GeolocationRouting, ParseError> parse_geolocation_routing(std::string_view text) {
    Cursor cursor{text};
    if (const auto value = grammar::skip_parameter(cursor); !value) return std::unexpected(value.error());  // generic-value = generic-param
    if (!cursor.done()) return cursor.fail(ErrorCode::trailing_bytes);
    return GeolocationRouting{iequals(trim(text), "yes"), text};
}

std::expected<CodedError, ParseError> parse_geolocation_error(std::string_view text) { return coded_error(text, 1, "code"); }

std::expected<CodedError, ParseError> parse_alert_error(std::string_view text) { return coded_error(text, 3, "message"); }

void append_geolocation_error(std::string& out, std::uint32_t code, std::string_view words) {
    append_number(out, code);
    out.append(";code=").append(quote(words));
}

}  // namespace offhook::message
