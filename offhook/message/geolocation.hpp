// Geolocation-Routing and Geolocation-Error (RFC 6442 §4.2, §4.4), AlertMsg-Error (RFC 8876 §5.2): what an emergency or a
// location-based call may be routed by, and what was wrong with it. Geolocation itself is a URI in angle brackets (parse_info).
// Thread rule: pure functions over borrowed text.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "offhook/message/error.hpp"
#include "offhook/message/parameters.hpp"

namespace offhook::message {

/// Whatever is not "yes" means no (§4.2).
struct GeolocationRouting {
    bool allowed;
    std::string_view text;
};
[[nodiscard]] std::expected<GeolocationRouting, ParseError> parse_geolocation_routing(std::string_view text);

/// A number of the header field's own code space, and words for people.
struct CodedError {
    std::uint32_t code;           ///< 0..999
    std::string_view words;       ///< escapes kept; empty: absent
    std::string_view parameters;
    [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const { return message::parameter(parameters, name); }
};
/// `100 ; code="Cannot Process Location"`: one to three digits. Fails with bad_number or number_out_of_range.
[[nodiscard]] std::expected<CodedError, ParseError> parse_geolocation_error(std::string_view text);
/// `100 ; message="Cannot process the alert payload"`: three digits.
[[nodiscard]] std::expected<CodedError, ParseError> parse_alert_error(std::string_view text);

/// Appends the value of a Geolocation-Error.
void append_geolocation_error(std::string& out, std::uint32_t code, std::string_view words);

}  // namespace offhook::message
