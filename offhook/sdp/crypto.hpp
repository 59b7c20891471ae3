// a=crypto: keys of SRTP written in the description. RFC 4568 §4, §6, §9; AES-256 and GCM suites RFC 6188, RFC 7714.
//
// Must not know ciphers: a suite is a name and the length of its key and salt.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>
#include <vector>

#include "offhook/sdp/error.hpp"

namespace offhook::sdp {

/// One "inline:" key.
struct CryptoKey {
    std::string_view key_and_salt;          ///< base64
    std::optional<std::uint64_t> lifetime;  ///< packets; nothing: the default of the suite
    std::string_view mki;                   ///< decimal; empty: none
    std::uint8_t mki_length = 0;            ///< octets in a packet, 1..128; 0: none
};

struct Crypto {
    std::uint32_t tag = 0;                             ///< at most 9 digits
    std::string_view suite;                            ///< "AES_CM_128_HMAC_SHA1_80"
    std::vector<CryptoKey> keys;                       ///< one at least
    std::string_view key_parameters;                   ///< as written
    std::vector<std::string_view> session_parameters;  ///< "KDR=0", "UNENCRYPTED_SRTCP", "-x"
};

/// §9. Other key methods than "inline", and keys too short or too long for a known suite, are defects (§6.1: the attribute is invalid).
[[nodiscard]] std::expected<Crypto, ParseError> parse_crypto(std::string_view value);

/// §6.3: UNENCRYPTED_SRTP and its like hold for both directions and are repeated in the answer; all others are declared by each side.
[[nodiscard]] bool is_negotiated_parameter(std::string_view session_parameter);

/// Octets of master key and salt together; nothing for a suite that we do not know.
[[nodiscard]] std::optional<std::size_t> key_and_salt_octets(std::string_view suite);

}  // namespace offhook::sdp
