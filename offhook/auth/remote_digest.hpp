// Digest authentication by somebody else's knowledge of the passwords (a RADIUS server): challenges, nonces and replays are ours, as
// DigestAuthenticator has them; whether a response is right is asked elsewhere.
//
//   verify() ─nonce─► asked ──right──► replay ─► Identity, Stale
//               │       │─────wrong, or stored here as disabled──► Refused
//               │       └─────nobody answered──► Unavailable
//               └─not ours, too old, used before──► Stale
//
// Nobody is asked about a nonce that is not ours (RFC 5090 §2.1.2) or known to be spent: otherwise anybody could make the servers work, and
// guess passwords with nonces of his own. So Stale is told to who does not know the password, too.
// Knows no protocol: how it is asked is given as a function. Users need not be known here. Thread rule: one shard.
#pragma once
#include <boost/unordered/unordered_flat_map.hpp>
#include <functional>
#include <memory>
#include <string>

#include "offhook/auth/authenticator.hpp"
#include "offhook/auth/config.hpp"
#include "offhook/auth/digest.hpp"

namespace offhook::auth {

/// What is asked: is this the response of that user? Views, valid during the call.
struct DigestQuestion {
    std::string_view user;    ///< name, without escapes and domain
    std::string_view domain;  ///< own domain, as configured
    std::string_view method;
    message::DigestCredentials fields;  ///< as they stand in the request
};

enum class DigestReply : std::uint8_t { right, wrong, nobody };

class RemoteDigest final : public Authenticator {
public:
    /// True: asked, and exactly one on_reply() for the ticket comes in a later turn. False: it cannot be asked about (too long).
    using Ask = std::function<bool(const DigestQuestion& question, Ticket ticket)>;

    RemoteDigest(std::shared_ptr<const Config> config, DigestAuthenticator& local, Ask ask)
        : config_(std::move(config)), local_(local), ask_(std::move(ask)) {}

    void append_challenges(std::string& out, std::string_view realm, bool proxy, bool stale, Now now) override {
        local_.append_challenges(out, realm, proxy, stale, now);
    }
    [[nodiscard]] bool has_credentials(const message::Message& request, std::string_view realm, bool proxy) const override {
        return local_.has_credentials(request, realm, proxy);
    }
    [[nodiscard]] bool judges_late() const override { return true; }
    [[nodiscard]] std::optional<Verdict> verify(const message::Message& request, std::string_view realm, bool proxy, Ticket ticket, Now now) override;

    /// The answer to a ticket. Nothing: the replay guard is asked, and its answer comes to the local authenticator (on_admitted()); or the
    /// ticket is unknown.
    [[nodiscard]] std::optional<Verdict> on_reply(Ticket ticket, DigestReply reply, Now now);

    /// True if who waits with this ticket is stored here, and so could be verified by the local passwords instead.
    [[nodiscard]] bool stored_here(Ticket ticket) const;

    void configure(std::shared_ptr<const Config> config) { config_ = std::move(config); }
    [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }

private:
    struct Waiting {
        Identity identity;
        std::string nonce;
        NonceUse use;  ///< its nonce is that above
    };

    std::shared_ptr<const Config> config_;
    DigestAuthenticator& local_;
    Ask ask_;
    boost::unordered_flat_map<std::uint64_t, Waiting> waiting_;  ///< by ticket
};

}  // namespace offhook::auth
