// Octets from the wire as text that every database takes: NUL and whatever is not UTF-8 become \xHH, a backslash becomes two.
// Reversible: unescape(escape(x)) == x for any octets. All text passes here at the store's border, both ways.
#pragma once
#include <string>
#include <string_view>

namespace offhook::store {

/// Text that escape() leaves as it is: ASCII without NUL and backslash.
[[nodiscard]] bool is_plain(std::string_view octets);
/// Replaces out by the escaped text; keeps its capacity.
void escape(std::string& out, std::string_view octets);
[[nodiscard]] std::string escaped(std::string_view octets);
/// The octets again. What no escape() wrote (a lone backslash) stays as it is.
[[nodiscard]] std::string unescaped(std::string_view text);

/// Appends text, which is UTF-8, as a JSON string with its quotes (RFC 8259 §7).
void append_json_string(std::string& out, std::string_view text);

}  // namespace offhook::store
