#include "offhook/message/parameters.hpp"

#include "offhook/base/text.hpp"
#include "offhook/message/grammar.hpp"

namespace offhook::message {

// Reads leniently: what parse_name_addr() and its like have accepted is read right, and anything else at least to its end.
std::optional<Parameter> ParameterReader::next() {
    grammar::Cursor cursor{rest_};
    while (!cursor.done() && (cursor.peek() == separator_ || grammar::is_space(cursor.peek()))) ++cursor.at;
    if (cursor.done()) {
        rest_ = {};
        return std::nullopt;
    }
    Parameter out;
    const std::size_t from = cursor.at;
    std::size_t equals = std::string_view::npos;
    while (!cursor.done() && cursor.peek() != separator_) {
        if (cursor.peek() == '=' && equals == std::string_view::npos) equals = cursor.at;
        if (cursor.peek() == '"' && cursor.quoted()) continue;
        ++cursor.at;
    }
    out.text = trim(rest_.substr(from, cursor.at - from));
    if (equals == std::string_view::npos) {
        out.name = out.text;
    } else {
        out.has_value = true;
        out.name = trim(rest_.substr(from, equals - from));
        out.value = trim(rest_.substr(equals + 1, cursor.at - equals - 1));
        if (out.value.size() >= 2 && out.value.front() == '"' && out.value.back() == '"') out.value = out.value.substr(1, out.value.size() - 2);
    }
    rest_.remove_prefix(cursor.at);
    return out;
}

std::optional<std::string_view> parameter(std::string_view parameters, std::string_view name) {
    ParameterReader reader(parameters);
    while (const auto found = reader.next())
        if (iequals(found->name, name)) return found->value;
    return std::nullopt;
}

std::string unquote(std::string_view inside) {
    std::string out;
    out.reserve(inside.size());
    for (std::size_t i = 0; i < inside.size(); ++i) {
        if (inside[i] == '\\' && i + 1 < inside.size()) ++i;
        out += inside[i];
    }
    return out;
}

std::string quote(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c == '\r' || c == '\n' ? ' ' : c;  // a line end cannot stand in a quoted string, not even with a backslash
    }
    out += '"';
    return out;
}

}  // namespace offhook::message
