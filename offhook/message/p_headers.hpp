// The P- header fields of telephone operators' networks: where a request comes from and whom it serves (RFC 7315, 5009, 5502, 8498,
// 6050, 7316, 3313). Those that are name-addr and nothing else need no parser of their own; charging is in charging.hpp.
//
// They are believed only between trusted servers; who is trusted is the proxy's matter. Thread rule: pure functions over borrowed text.
#pragma once
#include <cstdint>
#include <expected>
#include <string_view>

#include "offhook/message/error.hpp"
#include "offhook/message/name_addr.hpp"
#include "offhook/message/values.hpp"

namespace offhook::message {

/// P-Access-Network-Info (RFC 7315 §5.4): "3GPP-UTRAN-TDD; utran-cell-id-3gpp=234151D0FCE11". `value`: type or class of access.
struct AccessNetwork : TokenValue {
    bool network_provided = false;  ///< np: a server says so, not the phone
    std::string_view location{};    ///< the first cell, line, node or location that a parameter names; empty: none
};
[[nodiscard]] std::expected<AccessNetwork, ParseError> parse_access_network(std::string_view text);

/// P-Served-User (RFC 5502 §6, RFC 8498 §6): for whom a server works on the request.
struct ServedUser : NameAddr {
    enum class Session : std::uint8_t { none, orig, term };
    enum class Registration : std::uint8_t { none, unreg, reg };

    Session session = Session::none;                 ///< sescase
    Registration registration = Registration::none;  ///< regstate
    bool diverting = false;                          ///< orig-cdiv: a call goes on to where this user has diverted it
};
/// Fails as parse_name_addr does; with bad_parameter where sescase or regstate is none of its values.
[[nodiscard]] std::expected<ServedUser, ParseError> parse_served_user(std::string_view text);

/// P-Early-Media (RFC 5009 §9): one of its parameters.
struct EarlyMedia {
    enum class Kind : std::uint8_t { other, sendrecv, sendonly, recvonly, inactive, gated, supported };
    Kind kind;
    std::string_view text;
};
[[nodiscard]] std::expected<EarlyMedia, ParseError> parse_early_media(std::string_view text);

/// P-Asserted-Service, P-Preferred-Service (RFC 6050 §4.4): what follows "urn:urn-7:", "3gpp-service.ims.icsi.mmtel".
[[nodiscard]] std::expected<std::string_view, ParseError> parse_service_id(std::string_view text);

/// P-Private-Network-Indication (RFC 7316 §7): the domain that a call within a company belongs to.
struct PrivateNetwork {
    std::string_view host, parameters;
};
[[nodiscard]] std::expected<PrivateNetwork, ParseError> parse_private_network(std::string_view text);

/// P-Media-Authorization (RFC 3313 §5.1): a token for quality of service, in hexadecimal.
[[nodiscard]] std::expected<std::string_view, ParseError> parse_media_authorization(std::string_view text);

}  // namespace offhook::message
