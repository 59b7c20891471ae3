#include "offhook/message/refer.hpp"

#include "offhook/message/grammar.hpp"
#include "offhook/message/uri_headers.hpp"
#include "offhook/message/values.hpp"

namespace offhook::message {

std::expected<ReferSub, ParseError> parse_refer_sub(std::string_view text) {
    const auto value = parse_token_value(text);
    if (!value) return std::unexpected(value.error());
    const bool subscribe = iequals(value->value, "true");
    if (!subscribe && !iequals(value->value, "false")) return grammar::fail_at(text, value->value, ErrorCode::bad_token);
    return ReferSub{subscribe, value->parameters};
}

std::expected<InfoValue, ParseError> parse_refer_events_at(std::string_view text) {
    const auto value = parse_info(text);
    if (!value) return value;
    if (const auto uri = parse_uri(value->uri); !uri || !uri->is_sip()) return grammar::fail_at(text, value->uri, ErrorCode::bad_uri);
    return value;
}

std::expected<ReferredBy, ParseError> parse_referred_by(std::string_view text) {
    const auto address = parse_name_addr(text);
    if (!address) return std::unexpected(address.error());
    ReferredBy out{*address, {}};
    ParameterReader reader(out.parameters);
    while (const auto found = reader.next()) {
        if (!iequals(found->name, "cid")) continue;
        // sip-clean-msg-id: something on each side of one @.
        const std::size_t at = found->value.find('@');
        if (at == 0 || at == std::string_view::npos || at + 1 == found->value.size() || found->value.find('@', at + 1) != std::string_view::npos)
            return refuse(text, *found);
        if (out.cid.empty()) out.cid = found->value;
    }
    return out;
}

void append_refer_to(std::string& out, std::string_view uri, const Replaces& replaces) {
    std::string value;
    append_replaces(value, replaces);
    out.append("<").append(uri).append("?Replaces=");
    append_uri_header_value(out, value);
    out += '>';
}

}  // namespace offhook::message
