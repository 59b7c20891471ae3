// a=ptime and a=maxptime: how much media a packet holds. RFC 8866 §6.4, §6.5.
#pragma once
#include <chrono>
#include <expected>
#include <string>
#include <string_view>

#include "offhook/sdp/error.hpp"

namespace offhook::sdp {

using PacketTime = std::chrono::microseconds;  ///< more than 0

/// "20", "2.5" milliseconds; what is smaller than a microsecond is cut off.
[[nodiscard]] std::expected<PacketTime, ParseError> parse_packet_time(std::string_view value);
void append(std::string& out, PacketTime value);

}  // namespace offhook::sdp
