// The attributes of Interactive Connectivity Establishment: RFC 8839 §5. ice-lite, ice-mismatch and end-of-candidates (RFC 8840) are flags.
//
// Must not know checks or candidates' gathering: these are the words only.
#pragma once
#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "offhook/sdp/error.hpp"

namespace offhook::sdp {

struct Candidate {
    std::string_view foundation;
    std::uint16_t component = 1;  ///< 1..256: 1 RTP, 2 RTCP
    std::string_view transport;   ///< "UDP", in any case
    std::uint32_t priority = 0;
    std::string_view address;  ///< IPv4, IPv6 or a name; §5.1: a name is to be ignored
    std::uint16_t port = 0;
    std::string_view type;  ///< "host", "srflx", "prflx", "relay"
    std::string_view related_address;
    std::optional<std::uint16_t> related_port;
    std::vector<std::pair<std::string_view, std::string_view>> extensions;  ///< "tcptype" "active" ...
};
[[nodiscard]] std::expected<Candidate, ParseError> parse_candidate(std::string_view value);

struct RemoteCandidate {
    std::uint16_t component = 1;
    std::string_view address;
    std::uint16_t port = 0;
};
[[nodiscard]] std::expected<std::vector<RemoteCandidate>, ParseError> parse_remote_candidates(std::string_view value);

[[nodiscard]] std::expected<std::string_view, ParseError> parse_ice_ufrag(std::string_view value);  ///< 4 to 256 characters
[[nodiscard]] std::expected<std::string_view, ParseError> parse_ice_pwd(std::string_view value);    ///< 22 to 256 characters
[[nodiscard]] std::expected<std::vector<std::string_view>, ParseError> parse_ice_options(std::string_view value);
[[nodiscard]] std::expected<std::chrono::milliseconds, ParseError> parse_ice_pacing(std::string_view value);

}  // namespace offhook::sdp
