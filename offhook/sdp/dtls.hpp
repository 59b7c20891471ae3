// Who opens a connection and what proves an end of it: a=setup and a=connection (RFC 4145 §4, §5), a=fingerprint (RFC 8122 §5),
// a=tls-id (RFC 8842 §4); together they are DTLS-SRTP's part of a description (RFC 5763 §5).
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "offhook/sdp/error.hpp"

namespace offhook::sdp {

enum class SetupRole : std::uint8_t { active, passive, actpass, holdconn };
[[nodiscard]] std::expected<SetupRole, ParseError> parse_setup(std::string_view value);
[[nodiscard]] std::string_view name_of(SetupRole setup);

/// RFC 4145 §4.1: what an answer to it may say; of two the preferred one. An offer without the attribute is active.
[[nodiscard]] SetupRole answer_to(SetupRole offered, bool prefer_active = true);
/// RFC 4145 §4.1: whether an answer fits an offer.
[[nodiscard]] bool answers(SetupRole offered, SetupRole answered);

enum class ConnectionUse : std::uint8_t { fresh, existing };  ///< "new", "existing"
[[nodiscard]] std::expected<ConnectionUse, ParseError> parse_connection_use(std::string_view value);

struct Fingerprint {
    std::string_view hash;   ///< "sha-256", in any case
    std::string_view value;  ///< "12:DF:..." as written; compare without regard to case
};
/// §5: two hexadecimal digits for each octet, with colons; lower case is forgiven. The length must be the hash's where it is known.
[[nodiscard]] std::expected<Fingerprint, ParseError> parse_fingerprint(std::string_view value);

[[nodiscard]] std::expected<std::string_view, ParseError> parse_tls_id(std::string_view value);  ///< 20 to 255 characters

}  // namespace offhook::sdp
