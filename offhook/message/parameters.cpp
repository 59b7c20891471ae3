#include "offhook/message/parameters.hpp"

#include "offhook/base/text.hpp"
#include "offhook/message/grammar.hpp"
#include "offhook/message/values.hpp"

namespace offhook::message {

// Reads leniently: what parse_name_addr() and its like have accepted is read right, and anything else at least to its end.
std::optional<Parameter> ParameterReader::next() {
    std::size_t at = 0;
    while (at < rest_.size() && (rest_[at] == separator_ || grammar::is_space(rest_[at]))) ++at;
    if (at == rest_.size()) {
        rest_ = {};
        return std::nullopt;
    }
    Parameter out;
    const std::size_t from = at;
    std::size_t equals = std::string_view::npos;
    for (; at < rest_.size() && rest_[at] != separator_; ++at) {
        if (rest_[at] == '=' && equals == std::string_view::npos) equals = at;
        if (rest_[at] != '"') continue;
        grammar::Cursor cursor{rest_, at};
        at = cursor.quoted() ? cursor.at - 1 : rest_.size() - 1;  // an open quote takes all that follows, as in a list
    }
    out.text = trim(rest_.substr(from, at - from));
    if (equals == std::string_view::npos) {
        out.name = out.text;
        out.value = out.text.substr(out.text.size());
    } else {
        out.has_value = true;
        out.name = trim(rest_.substr(from, equals - from));
        out.value = trim(rest_.substr(equals + 1, at - equals - 1));
        if (out.value.empty()) out.value = out.text.substr(out.text.size());  // even an empty view says where it stands
        if (out.value.size() >= 2 && out.value.front() == '"' && out.value.back() == '"') out.value = out.value.substr(1, out.value.size() - 2);
    }
    rest_.remove_prefix(at);
    return out;
}

std::optional<std::string_view> parameter(std::string_view parameters, std::string_view name) {
    ParameterReader reader(parameters);
    while (const auto found = reader.next())
        if (iequals(found->name, name)) return found->value;
    return std::nullopt;
}

std::unexpected<ParseError> refuse(std::string_view text, const Parameter& parameter, ErrorCode code) {
    return grammar::fail_at(text, parameter.has_value ? parameter.value : parameter.text, code);
}

std::expected<std::uint32_t, ParseError> number_of(std::string_view text, const Parameter& parameter) {
    if (!parameter.has_value || parameter.value.find_first_not_of("0123456789") != std::string_view::npos || parameter.value.empty())
        return refuse(text, parameter, ErrorCode::bad_number);
    const auto number = to_number<std::uint32_t>(parameter.value);
    if (!number) return refuse(text, parameter, ErrorCode::number_out_of_range);
    return *number;
}

std::expected<std::uint32_t, ParseError> quality_of(std::string_view text, std::string_view parameters) {
    ParameterReader reader(parameters);
    while (const auto found = reader.next()) {
        if (!iequals(found->name, "q")) continue;
        const auto quality = parse_qvalue(found->value);
        if (!quality) return refuse(text, *found, quality.error().code);
        return quality;
    }
    return 1000;
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

void append_parameter(std::string& out, std::string_view name, std::string_view value) {
    if (value.empty()) return;
    out.append(";").append(name).append("=");
    if (grammar::all(value, grammar::gen_value)) {
        out.append(value);
    } else {
        out.append("\"").append(value).append("\"");
    }
}

}  // namespace offhook::message
