// Security-Client, Security-Server, Security-Verify: one security mechanism with its preference (RFC 3329 §2.2).
// Must not know which mechanisms we have. Thread rule: pure functions over borrowed text.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "offhook/message/error.hpp"
#include "offhook/message/values.hpp"

namespace offhook::message {

struct SecurityMechanism : TokenValue {
    enum class Kind : std::uint8_t { other, digest, tls, ipsec_ike, ipsec_man };

    Kind kind = Kind::other;                           ///< of `value`
    std::optional<std::uint32_t> q{};                  ///< preference in thousandths
    std::string_view algorithm{}, qop{}, verify{};     ///< d-alg, d-qop, d-ver; empty: absent. verify: 32 hexadecimal digits in lower case
};

/// Fails with bad_token; with bad_number or number_out_of_range in q, bad_hexadecimal in d-ver.
[[nodiscard]] std::expected<SecurityMechanism, ParseError> parse_security_mechanism(std::string_view text);

/// Appends `value` and the parameters that the struct names.
void append_security_mechanism(std::string& out, const SecurityMechanism& mechanism);

}  // namespace offhook::message
