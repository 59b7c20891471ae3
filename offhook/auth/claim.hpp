// Who a request's digest credentials say it is from, and whether they can be judged at all: what holds whoever knows the password, the
// store here or a server elsewhere (RFC 3261 §22.4, RFC 7616 §3.4). Thread rule: pure functions.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "offhook/auth/algorithm.hpp"
#include "offhook/auth/config.hpp"
#include "offhook/message/digest.hpp"
#include "offhook/message/message.hpp"

namespace offhook::auth {

struct DigestClaim {
    message::DigestCredentials fields;  ///< views into the request
    Algorithm algorithm = Algorithm::md5;
    std::string_view name;    ///< whom they name, without escapes: a view into the request, or into the caller's buffer
    std::string_view domain;  ///< as configured; empty if it is not ours
    bool full = false;        ///< the user name was "name@domain": so it stands in the hash
};

/// The first digest credentials for the realm; nothing if there are none.
[[nodiscard]] std::optional<message::DigestCredentials> credentials_for(const message::Message& request, std::string_view realm, bool proxy);

/// Nothing if there are none, or they are not such as we ask for: incomplete, of an algorithm or qop that is not offered, for another
/// digest-uri than the request's. `unescaped` is used only for a name with escapes.
[[nodiscard]] std::optional<DigestClaim> read_claim(const message::Message& request, std::string_view realm, bool proxy, const Config& config,
                                                    std::string& unescaped);

/// The user name that the request's digest credentials for this realm claim; empty if there are none. Quotes removed, escapes kept.
[[nodiscard]] std::string_view claimed_user(const message::Message& request, std::string_view realm, bool proxy);

}  // namespace offhook::auth
