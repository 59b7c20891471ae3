// Parameters as they follow URIs and header values: ";name=value;flag". Borrowed text, parsed when asked.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace offhook::message {

struct Parameter {
    std::string_view name, value;  ///< value without quotes if it was quoted (escapes kept: unquote()); empty for a flag
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

/// The value of a parameter, its name in any case; empty text for a flag; nothing if absent.
[[nodiscard]] std::optional<std::string_view> parameter(std::string_view parameters, std::string_view name);

/// Removes the backslashes of a quoted string's inside (§25.1 quoted-pair).
[[nodiscard]] std::string unquote(std::string_view inside);
/// A quoted string with its quotes, quotes and backslashes escaped.
[[nodiscard]] std::string quote(std::string_view text);

}  // namespace offhook::message
