// a=rtpmap: what a payload type number stands for. RFC 8866 §6.6; static numbers RFC 3551 §6.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "offhook/sdp/error.hpp"

namespace offhook::sdp {

/// An encoding as rtpmap names it; names are compared without regard to case (RFC 4855 §3).
struct Encoding {
    std::string_view name;         ///< "opus"
    std::uint32_t clock_rate = 0;  ///< Hz, never 0
    std::uint32_t channels = 1;
    [[nodiscard]] bool same_as(const Encoding& other) const;
};

struct RtpMap {
    std::uint8_t payload_type = 0;  ///< 0..127
    Encoding encoding;
};

/// "97 opus/48000/2"; an offset counts from the begin of the value.
[[nodiscard]] std::expected<RtpMap, ParseError> parse_rtpmap(std::string_view value);
void append(std::string& out, const RtpMap& value);

/// What a number means without an rtpmap; nothing if it is not assigned (RFC 3551 §6 tables 4 and 5).
[[nodiscard]] std::optional<Encoding> static_encoding(unsigned payload_type);
inline constexpr unsigned first_dynamic_payload_type = 96;  ///< to 127 (RFC 3551 §3)

}  // namespace offhook::sdp
