// Parameters as they follow URIs and header values: ";name=value;flag". Borrowed text, parsed when asked.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "offhook/message/error.hpp"

namespace offhook::message {

struct Parameter {
    std::string_view name, value;  ///< value without quotes if it was quoted (escapes kept: unquote()); of a flag empty, at its end
    bool has_value = false;
    std::string_view text;         ///< the whole of it, without the semicolon
};

/// Walks ";a=b;c" (the first semicolon may be missing): `ParameterReader r(text); while (auto p = r.next()) ...`
class ParameterReader {
public:
    explicit ParameterReader(std::string_view text, char separator = ';') : rest_(text), separator_(separator) {}
    [[nodiscard]] std::optional<Parameter> next();

private:
    std::string_view rest_;
    char separator_;
};

/// The value of a parameter, its name in any case; of a flag empty, at its end; nothing if absent.
[[nodiscard]] std::optional<std::string_view> parameter(std::string_view parameters, std::string_view name);

/// Fails where the parameter's value stands in `text`, of which it is a piece; at its name if it is a flag.
[[nodiscard]] std::unexpected<ParseError> refuse(std::string_view text, const Parameter& parameter, ErrorCode code = ErrorCode::bad_parameter_value);
/// The parameter's value as a number below 2^32; fails as refuse() does.
[[nodiscard]] std::expected<std::uint32_t, ParseError> number_of(std::string_view text, const Parameter& parameter);
/// q in thousandths, 1000 if there is none (§25.1 qvalue); fails as refuse() does.
[[nodiscard]] std::expected<std::uint32_t, ParseError> quality_of(std::string_view text, std::string_view parameters);

/// Removes the backslashes of a quoted string's inside (§25.1 quoted-pair).
[[nodiscard]] std::string unquote(std::string_view inside);
/// A quoted string with its quotes, quotes and backslashes escaped.
[[nodiscard]] std::string quote(std::string_view text);

/// Appends ";name=value", the value in quotes unless it is a token or a host; nothing for an empty value. `value` is the inside of a
/// quoted string as a parser gives it: what escapes it has stay.
void append_parameter(std::string& out, std::string_view name, std::string_view value);

}  // namespace offhook::message
