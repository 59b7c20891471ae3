// The parameters of the Digest scheme (RFC 7616 §3.3–§3.5, RFC 8760) and of Bearer (RFC 8898) as views over Credentials. What they
// prove is auth/'s. Quotes are removed, escapes kept; of a parameter that stands twice the first counts. Thread rule: pure functions.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "offhook/message/credentials.hpp"
#include "offhook/message/error.hpp"

namespace offhook::message {

/// WWW-Authenticate, Proxy-Authenticate (§3.3).
struct DigestChallenge {
    std::string_view realm, domain, nonce, opaque;
    std::string_view algorithm;  ///< as written; empty is MD5
    std::string_view qop;        ///< "auth,auth-int"; empty: the peer knows RFC 2069 only
    std::string_view charset;
    bool stale = false, userhash = false;

    [[nodiscard]] bool offers(std::string_view wanted_qop) const;  ///< "auth", "auth-int"
};
/// Fails with bad_credentials where it is another scheme, with missing_parameter where there is no realm or nonce.
[[nodiscard]] std::expected<DigestChallenge, ParseError> parse_digest_challenge(std::string_view text);

/// Authorization, Proxy-Authorization (§3.4).
struct DigestCredentials {
    std::string_view realm, username, nonce, uri, response, cnonce, opaque, qop;
    std::string_view username_star;  ///< of RFC 5987, instead of username; not decoded
    std::string_view algorithm;      ///< as written; empty is MD5
    std::string_view nc;             ///< as written
    std::uint32_t count = 0;         ///< nc as number; 0 if it is absent or not 8 hexadecimal digits
    bool userhash = false;           ///< username is H(username:realm)
};
/// Whatever of them there is; nothing for another scheme.
[[nodiscard]] std::optional<DigestCredentials> read_digest_credentials(const Credentials& credentials);
/// The same with every rule of §3.4: what must be there, and what nc and userhash can be.
[[nodiscard]] std::expected<DigestCredentials, ParseError> parse_digest_credentials(std::string_view text);

/// Authentication-Info (§3.5), from parse_authentication_info().
struct AuthenticationInfo {
    std::string_view nextnonce, qop, rspauth, cnonce, nc;
};
[[nodiscard]] AuthenticationInfo read_authentication_info(const Credentials& info);

/// RFC 8898 §4.
struct BearerChallenge {
    std::string_view realm, scope, error;
    std::string_view authz_server;  ///< an https: URI
};
[[nodiscard]] std::expected<BearerChallenge, ParseError> parse_bearer_challenge(std::string_view text);

/// RFC 8898 §2.1.3: the token of "Bearer ..."; nothing for another scheme.
[[nodiscard]] std::optional<std::string_view> bearer_token(const Credentials& credentials);

}  // namespace offhook::message
