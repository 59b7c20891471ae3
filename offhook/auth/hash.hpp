// The hashes of digest authentication: MD5, SHA-256 and SHA-512-256 as lower-case hexadecimal (RFC 7616 §3.4, RFC 8760 §2.2).
//
// Each object fetches its algorithms from OpenSSL once and keeps one context, because fetching at every digest costs three times
// the hash itself. Knows nothing of users or messages. Thread rule: one thread for each object.
#pragma once
#include <array>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "offhook/auth/algorithm.hpp"

struct evp_md_st;
struct evp_md_ctx_st;

namespace offhook::auth {

using HexDigest = std::array<char, 64>;

class Hasher {
public:
    Hasher();
    ~Hasher();
    Hasher(Hasher&&) noexcept;
    Hasher& operator=(Hasher&&) noexcept;

    /// False where the crypto library is configured without this algorithm (MD5 under FIPS).
    [[nodiscard]] bool available(Algorithm algorithm) const { return algorithms_[index_of(algorithm)] != nullptr; }

    /// The hash of the pieces joined by colons, written into `out`: 32 or 64 digits. Empty if the algorithm is not available.
    [[nodiscard]] std::string_view joined(Algorithm algorithm, std::initializer_list<std::string_view> pieces, HexDigest& out);

private:
    struct Free {
        void operator()(evp_md_st* algorithm) const noexcept;
        void operator()(evp_md_ctx_st* context) const noexcept;
    };
    std::array<std::unique_ptr<evp_md_st, Free>, algorithm_count> algorithms_;
    std::unique_ptr<evp_md_ctx_st, Free> context_;
};

/// H(user:realm:password), RFC 7616 §3.4.2.
[[nodiscard]] std::string ha1(Hasher& hasher, Algorithm algorithm, std::string_view user, std::string_view realm, std::string_view password);

/// Both HA1s of a user for one algorithm: of "name" and of "name@domain", because phones send either.
[[nodiscard]] HashedPassword hash_password(Hasher& hasher, Algorithm algorithm, std::string_view name, std::string_view domain,
                                           std::string_view realm, std::string_view password);

/// What a response is computed from, as it stands in the credentials, quotes removed.
struct DigestInput {
    Algorithm algorithm = Algorithm::md5;
    std::string_view ha1;  ///< of the session for a -sess algorithm (session_ha1())
    std::string_view method, uri, nonce;
    std::string_view qop;  ///< empty: the form of RFC 2069, without nc and cnonce
    std::string_view nc, cnonce;
    std::string_view body_hash;  ///< H(body), for qop "auth-int" only
};

/// RFC 7616 §3.4.1; the older form of RFC 2069 if there is no qop.
[[nodiscard]] std::string_view digest_response(Hasher& hasher, const DigestInput& input, HexDigest& out);

/// RFC 7616 §3.4.2: A1 of the -sess algorithms.
[[nodiscard]] std::string_view session_ha1(Hasher& hasher, Algorithm algorithm, std::string_view ha1, std::string_view nonce, std::string_view cnonce,
                                           HexDigest& out);

/// Compares in a time that depends on the sizes only.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace offhook::auth
