// a=fmtp: the parameters of a format. RFC 8866 §6.15; the events of telephone-event: RFC 4733 §2.4.1.
#pragma once
#include <bitset>
#include <expected>
#include <optional>
#include <string_view>

#include "offhook/sdp/error.hpp"

namespace offhook::sdp {

struct Fmtp {
    std::string_view format;
    std::string_view parameters;  ///< "mode=30;robust=1", "0-15", as the format defines them
};

[[nodiscard]] std::expected<Fmtp, ParseError> parse_fmtp(std::string_view value);

/// The value of a parameter among "name=value;name=value" (names in any case), empty text for one without a value.
[[nodiscard]] std::optional<std::string_view> format_parameter(std::string_view parameters, std::string_view name);

using Events = std::bitset<256>;
/// "0-15,66": the events that a telephone-event receiver understands. Absent parameters mean 0-15.
[[nodiscard]] std::expected<Events, ParseError> parse_events(std::string_view parameters);

}  // namespace offhook::sdp
