#include "offhook/message/dialog_reference.hpp"

#include <algorithm>

#include "offhook/message/grammar.hpp"
#include "offhook/message/parameters.hpp"
#include "offhook/message/values.hpp"

namespace offhook::message {

namespace {

using grammar::Cursor;

struct Reference {
    std::string_view call_id, first_tag, second_tag, parameters;
};

// A Call-ID, then exactly one of each tag among the parameters (RFC 3891 §3).
std::expected<Reference, ParseError> read(std::string_view text, std::string_view first, std::string_view second) {
    const std::size_t end = std::min(text.find(';'), text.size());
    const auto call_id = parse_call_id(trim(text.substr(0, end)));
    if (!call_id) {
        const std::size_t blanks = std::min(text.find_first_not_of(" \t\r\n"), end);
        return Cursor::fail(call_id.error().code, call_id.error().offset + blanks);
    }
    Cursor cursor{text, end};
    if (const auto rest = grammar::skip_parameters(cursor); !rest) return std::unexpected(rest.error());
    Reference out{*call_id, {}, {}, text.substr(end)};
    ParameterReader reader(out.parameters);
    while (const auto found = reader.next()) {
        const bool is_first = iequals(found->name, first);
        if (!is_first && !iequals(found->name, second)) continue;
        std::string_view& tag = is_first ? out.first_tag : out.second_tag;
        if (!tag.empty()) return refuse(text, *found, ErrorCode::repeated_parameter);
        if (!is_token(found->value)) return refuse(text, *found);
        tag = found->value;
    }
    if (out.first_tag.empty() || out.second_tag.empty()) return Cursor::fail(ErrorCode::tag_missing, text.size());
    return out;
}

}  // namespace

std::expected<Replaces, ParseError> parse_replaces(std::string_view text) {
    const auto found = read(text, "to-tag", "from-tag");
    if (!found) return std::unexpected(found.error());
    return Replaces{found->call_id, found->first_tag, found->second_tag, parameter(found->parameters, "early-only").has_value()};
}

void append_replaces(std::string& out, const Replaces& value) {
    out.append(value.call_id).append(";to-tag=").append(value.to_tag).append(";from-tag=").append(value.from_tag);
    if (value.early_only) out += ";early-only";
}

std::expected<Join, ParseError> parse_join(std::string_view text) {
    const auto found = read(text, "to-tag", "from-tag");
    if (!found) return std::unexpected(found.error());
    return Join{found->call_id, found->first_tag, found->second_tag};
}

std::expected<TargetDialog, ParseError> parse_target_dialog(std::string_view text) {
    const auto found = read(text, "local-tag", "remote-tag");
    if (!found) return std::unexpected(found.error());
    return TargetDialog{found->call_id, found->first_tag, found->second_tag};
}

void append_target_dialog(std::string& out, const TargetDialog& value) {
    out.append(value.call_id).append(";local-tag=").append(value.local_tag).append(";remote-tag=").append(value.remote_tag);
}

}  // namespace offhook::message
