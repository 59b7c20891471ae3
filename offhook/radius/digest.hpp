// Digest authentication in RADIUS attributes: of RFC 5090, or as Cisco's draft-sterman-aaa-sip-00 has them and FreeRADIUS 3.2 reads them.
//
//   rfc5090      one attribute for each parameter, 103 to 122; the server makes the nonces (RFC 5090 §2.1.5)
//   freeradius   206 is the response; each 207 holds one parameter as a sub-attribute: type, length, text. Nonces are the client's, MD5 only
//
// Values are those of the credentials without their quotes, escapes kept (RFC 5090 §2.1.2). Thread rule: pure functions.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/radius/attribute.hpp"

namespace offhook::radius {

enum class DigestStyle : std::uint8_t { freeradius, rfc5090 };

/// What is asked about. Empty: not in the credentials, and then not sent.
struct DigestFields {
    std::string_view user{};      ///< whose password it is, as the server knows the user (User-Name)
    std::string_view username{};  ///< as the credentials have it
    std::string_view realm{}, nonce{}, uri{}, method{}, qop{}, algorithm{}, cnonce{}, nc{}, opaque{}, response{};
    std::string_view address_of_record{};  ///< SIP-AOR, RFC 5090 only
};

void append_digest(AttributeWriter& out, DigestStyle style, const DigestFields& fields);
/// An Access-Request's attributes read back, as a server would; views into them. Sub-attributes that do not fill their attribute count
/// as absent.
[[nodiscard]] DigestFields read_digest(std::string_view attributes, DigestStyle style);

/// What an Access-Challenge says (RFC 5090 §2.1.5): all of it must go into the challenge that is sent to the phone.
struct DigestChallenge {
    std::string_view realm, nonce, opaque, domain;
    std::vector<std::string_view> qops;
    std::string_view algorithm;  ///< empty is MD5
    bool stale = false;          ///< the password was right, the nonce too old (§2.1.4)
};
/// Nothing where there is no nonce or no realm (§2.2 requires both).
[[nodiscard]] std::optional<DigestChallenge> read_digest_challenge(std::string_view attributes);

/// The attributes of an Access-Challenge, as read_digest_challenge() finds them.
void append_digest_challenge(AttributeWriter& out, const DigestChallenge& challenge);

}  // namespace offhook::radius
