// The authentication port (design rule 9): challenges to send, credentials to verify. digest.hpp implements it on the HA1s of a
// UserDirectory; RADIUS and others are further implementations.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "offhook/base/ticket.hpp"
#include "offhook/base/time.hpp"
#include "offhook/message/message.hpp"

namespace offhook::auth {

struct Identity {
    std::string user, domain;
    friend bool operator==(const Identity&, const Identity&) = default;
};
struct Stale {};        ///< right password, nonce too old or used: challenge again with stale=true
struct Refused {};      ///< wrong, unknown, malformed: challenge again
struct Unavailable {};  ///< nobody can tell now: 503
/// Challenge with these complete header lines, which are another server's.
struct Challenged {
    std::string headers;
    bool wrong = false;  ///< the password was: it counts as a failure
};
using Verdict = std::variant<Identity, Stale, Refused, Unavailable, Challenged>;

/// For tables of one shard's and one kind's tickets.
[[nodiscard]] constexpr std::uint64_t key_of(Ticket ticket) {
    return static_cast<std::uint64_t>(ticket.handle.generation) << 32 | ticket.handle.slot;
}

class Authenticator {
public:
    virtual ~Authenticator() = default;
    /// Appends complete header lines, one for each algorithm offered, the most preferred first (RFC 8760 §2.3).
    /// `proxy`: Proxy-Authenticate, else WWW-Authenticate.
    virtual void append_challenges(std::string& out, std::string_view realm, bool proxy, bool stale, Now now) = 0;
    /// The credentials for `realm` in the request's Authorization (proxy: Proxy-Authorization) fields. Nothing: kept, then exactly
    /// one answer to the ticket. Without credentials for this realm: Refused.
    [[nodiscard]] virtual std::optional<Verdict> verify(const message::Message& request, std::string_view realm, bool proxy, Ticket ticket,
                                                        Now now) = 0;
    /// True if verify() may keep a wrong password: those kept count as attempts until they are judged.
    [[nodiscard]] virtual bool judges_late() const { return false; }
    /// True if a challenge takes time: then verify() is asked about requests without credentials too.
    [[nodiscard]] virtual bool challenges_late() const { return false; }
    /// True if the request has credentials for this realm.
    [[nodiscard]] virtual bool has_credentials(const message::Message& request, std::string_view realm, bool proxy) const = 0;
};

}  // namespace offhook::auth
