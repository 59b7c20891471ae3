// The Date field (RFC 3261 §20.17): read and written without the clock's or the locale's help. Thread rule: pure functions.
#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "offhook/message/error.hpp"

namespace offhook::message {

/// §20.17: "Sat, 13 Nov 2010 23:29:00 GMT", as seconds since 1970. Only GMT is allowed.
[[nodiscard]] std::expected<std::int64_t, ParseError> parse_date(std::string_view text);
/// Appends a date of that form.
void append_date(std::string& out, std::int64_t seconds);

}  // namespace offhook::message
