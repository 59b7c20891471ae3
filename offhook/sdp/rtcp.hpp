// What a description says of RTCP: a=rtcp (RFC 3605 §2.1) and a=rtcp-fb (RFC 4585 §4.2). a=rtcp-mux (RFC 5761) is a flag.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "offhook/sdp/error.hpp"

namespace offhook::sdp {

struct RtcpAddress {
    std::uint16_t port = 0;
    std::string_view network, address_type, address;  ///< empty: as in the c= line
};
[[nodiscard]] std::expected<RtcpAddress, ParseError> parse_rtcp(std::string_view value);

struct Feedback {
    std::optional<std::string_view> format;  ///< nothing for "*": holds for every format
    std::string_view type;                   ///< "nack", "ccm", "trr-int"
    std::string_view parameters;             ///< "pli", "100"; may be empty
};
[[nodiscard]] std::expected<Feedback, ParseError> parse_feedback(std::string_view value);

}  // namespace offhook::sdp
