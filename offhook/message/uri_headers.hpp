// The header components of a URI, "?Replaces=...&Reason=..." (RFC 3261 §19.1.1): how Refer-To and History-Info carry header fields.
// Thread rule: pure functions.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace offhook::message {

/// The value of a header component, escapes kept (unescape()); its name in any case. `headers` as in Uri.
[[nodiscard]] std::optional<std::string_view> uri_header(std::string_view headers, std::string_view name);

/// Appends text with what cannot stand in a header component escaped.
void append_uri_header_value(std::string& out, std::string_view text);

}  // namespace offhook::message
