// A RADIUS packet as views over what a datagram brought (RFC 2865 §3, RFC 2866 §3). Whether it is genuine is seal.hpp's.
// Thread rule: pure functions.
#pragma once
#include <array>
#include <cstdint>
#include <expected>
#include <string_view>

#include "offhook/radius/attribute.hpp"

namespace offhook::radius {

enum class Code : std::uint8_t {
    access_request = 1,
    access_accept = 2,
    access_reject = 3,
    accounting_request = 4,
    accounting_response = 5,
    access_challenge = 11,
};

using Authenticator = std::array<char, 16>;

/// Why a packet is dropped, each silently on the wire as §3 asks, and counted by whoever gets it.
enum class PacketError : std::uint8_t {
    too_short,                    ///< fewer octets than a header, or than the Length field says
    bad_length,                   ///< Length below 20 or above 4096
    unknown_code,                 ///< none of Code
    bad_attribute,                ///< an attribute's length is below 2 or points out of the packet
    not_asked,                    ///< no request with this identifier waits, or the code does not answer it
    wrong_authenticator,          ///< Response Authenticator (§3)
    no_message_authenticator,     ///< absent, or there are several, in an answer to an Access-Request
    wrong_message_authenticator,  ///< RFC 2869 §5.14
};
inline constexpr std::size_t packet_error_count = 8;

/// For logs and metrics: "wrong-authenticator".
[[nodiscard]] std::string_view name_of(PacketError error);

struct Packet {
    Code code{};
    std::uint8_t identifier = 0;
    std::string_view octets;  ///< the whole packet, without what follows it in its datagram

    [[nodiscard]] std::string_view authenticator() const { return octets.substr(4, 16); }
    [[nodiscard]] std::string_view attributes() const { return octets.substr(packet_head); }
};

/// Octets after Length are padding and ignored (§3).
[[nodiscard]] std::expected<Packet, PacketError> read_packet(std::string_view datagram);

/// True for the codes that answer a request with this one.
[[nodiscard]] constexpr bool answers(Code answer, Code request) {
    if (request == Code::accounting_request) return answer == Code::accounting_response;
    return answer == Code::access_accept || answer == Code::access_reject || answer == Code::access_challenge;
}

}  // namespace offhook::radius
