#include "offhook/message/history_info.hpp"

#include <iterator>

#include "offhook/message/grammar.hpp"
#include "offhook/message/uri.hpp"
#include "offhook/message/uri_headers.hpp"

namespace offhook::message {

namespace {

using Target = HistoryInfo::Target;

constexpr std::string_view target_names[] = {"", "rc", "mp", "np"};

}  // namespace

HistoryInfo::Target history_target_of(std::string_view parameter_name) {
    for (std::size_t kind = 1; kind < std::size(target_names); ++kind)
        if (iequals(target_names[kind], parameter_name)) return static_cast<Target>(kind);
    return Target::none;
}

bool is_history_index(std::string_view text) {
    grammar::Cursor cursor{text};
    do {
        const std::size_t from = cursor.at;
        while (is_digit(cursor.peek())) ++cursor.at;
        const std::size_t digits = cursor.at - from;
        if (digits == 0 || (digits > 1 && text[from] == '0')) return false;
    } while (cursor.eat('.'));
    return cursor.done();
}

std::expected<HistoryInfo, ParseError> parse_history_info(std::string_view text) {
    const auto address = parse_name_addr(text);
    if (!address) return std::unexpected(address.error());
    HistoryInfo out{*address, {}, Target::none, {}};
    ParameterReader reader(out.parameters);
    while (const auto found = reader.next()) {
        const Target kind = history_target_of(found->name);
        const bool is_target = kind != Target::none;
        if (!is_target && !iequals(found->name, "index")) continue;
        if (!is_history_index(found->value)) return refuse(text, *found);
        std::string_view& place = is_target ? out.from_index : out.index;
        if (!place.empty()) return refuse(text, *found, ErrorCode::repeated_parameter);
        place = found->value;
        if (is_target) out.target = kind;
    }
    if (out.index.empty()) return grammar::Cursor::fail(ErrorCode::missing_parameter, text.size());
    return out;
}

std::optional<Reason> HistoryInfo::reason(std::string& buffer) const {
    const auto target_uri = parse_uri(uri);
    if (!target_uri) return std::nullopt;
    const auto header = uri_header(target_uri->headers, "Reason");
    if (!header) return std::nullopt;
    buffer = unescape(*header);
    const auto value = parse_reason(buffer);
    return value ? std::optional(*value) : std::nullopt;
}

bool HistoryInfo::is_private() const {
    const auto target_uri = parse_uri(uri);
    if (!target_uri) return false;
    const auto header = uri_header(target_uri->headers, "Privacy");
    if (!header) return false;
    const std::string value = unescape(*header);
    ParameterReader reader(value);  // RFC 3323 §4.2: values with semicolons between
    while (const auto one = reader.next())
        if (iequals(one->name, "history")) return true;
    return false;
}

void append_history_info(std::string& out, const HistoryEntry& entry) {
    out.append("<").append(entry.uri);
    if (entry.reason != nullptr) {
        std::string value;
        append_reason(value, *entry.reason);
        out.append(entry.uri.find('?') == std::string_view::npos ? "?" : "&").append("Reason=");
        append_uri_header_value(out, value);
    }
    out.append(">;index=").append(entry.index);
    if (entry.target != Target::none) out.append(";").append(target_names[static_cast<std::size_t>(entry.target)]).append("=").append(entry.from_index);
}

}  // namespace offhook::message
