// The value of From, To, Contact, Route, Record-Route, Path, Reply-To, P-Asserted-Identity ...: name-addr or addr-spec, then
// parameters (RFC 3261 §20.10, §25.1).
#pragma once
#include <expected>
#include <optional>
#include <string_view>

#include "offhook/message/error.hpp"
#include "offhook/message/parameters.hpp"
#include "offhook/message/uri.hpp"

namespace offhook::message {

struct NameAddr {
    std::string_view display_name;  ///< without quotes; escapes kept (unquote())
    std::string_view uri;           ///< text of the URI; parse_uri() has already accepted it
    std::string_view parameters;    ///< header parameters, from the first ';'
    bool star = false;              ///< Contact: *

    [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const { return message::parameter(parameters, name); }
    [[nodiscard]] std::string_view tag() const { return parameter("tag").value_or(std::string_view{}); }
};

/// One value, the whole of the text. The URI is checked too.
[[nodiscard]] std::expected<NameAddr, ParseError> parse_name_addr(std::string_view text);
/// The same, and the URI parsed.
[[nodiscard]] std::expected<NameAddr, ParseError> parse_name_addr(std::string_view text, Uri& uri);

/// The same, or the "*" that means every binding (§10.2.2).
[[nodiscard]] std::expected<NameAddr, ParseError> parse_contact(std::string_view text);

}  // namespace offhook::message
