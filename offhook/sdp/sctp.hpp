// a=sctp-port and a=max-message-size: data channels. RFC 8841 §5, §6.
#pragma once
#include <cstdint>
#include <expected>
#include <string_view>

#include "offhook/sdp/error.hpp"

namespace offhook::sdp {

[[nodiscard]] std::expected<std::uint16_t, ParseError> parse_sctp_port(std::string_view value);         ///< 0: no association
[[nodiscard]] std::expected<std::uint64_t, ParseError> parse_max_message_size(std::string_view value);  ///< octets; 0: of any size

}  // namespace offhook::sdp
