// The Reason field (RFC 3326) with the location of Q.850 releases (RFC 8606) as a view. Thread rule: pure functions.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "offhook/message/error.hpp"

namespace offhook::message {

/// One reason, "SIP;cause=200;text=\"Call completed elsewhere\"".
struct Reason {
    enum class Protocol : std::uint8_t { sip, q850, other } protocol;
    std::string_view protocol_name;
    std::optional<std::uint32_t> cause;    ///< a status of SIP, a cause of Q.850
    std::string_view text;                 ///< without quotes, escapes kept; empty if absent
    std::optional<std::uint8_t> location;  ///< Q.850 only: 0 user, 1 private network of the local user ... (RFC 8606 §4)
    std::string_view parameters;
};
[[nodiscard]] std::expected<Reason, ParseError> parse_reason(std::string_view text);

/// "U", "LPN" ...; 0 to 15.
[[nodiscard]] std::string_view name_of_location(std::uint8_t location);

/// Appends protocol, cause, text and location. The text is written as it is: a caller who has it from elsewhere than parse_reason()
/// escapes it.
void append_reason(std::string& out, const Reason& reason);

}  // namespace offhook::message
