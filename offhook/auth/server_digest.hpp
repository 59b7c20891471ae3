// Digest authentication by a server that knows the passwords and makes the nonces too (RFC 5090): each challenge is one of the server's.
//
//   no credentials, or none that can be right ──► a nonce is asked for (§2.1.5) ──challenge──► Challenged
//   credentials with a nonce that we gave ──► asked ──right──────► Identity
//                                               │────challenge───► Challenged: the server does not accept the nonce (§2.1.4)
//                                               │────wrong, or stored here as disabled──► a nonce is asked for ──► Challenged, wrong
//                                               └────nobody──────► Unavailable
//
// Whether a response was used before is the server's to know. A nonce is known where it was given: on another shard, or when it was long ago, it gets
// a new challenge (§2.1.2). Knows no protocol: how it is asked is given as a function. Thread rule: one shard.
#pragma once
#include <boost/unordered/unordered_flat_map.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "offhook/auth/authenticator.hpp"
#include "offhook/auth/config.hpp"
#include "offhook/auth/digest.hpp"
#include "offhook/base/observer.hpp"
#include "offhook/message/digest.hpp"

namespace offhook::auth {

/// What the server said that must go into the challenge; views, valid during the call. Empty: it did not say it.
struct ServerChallenge {
    std::string_view realm{}, nonce{}, opaque{}, domain{};
    std::string_view algorithm{};
    bool qop_auth = false;  ///< it offers qop "auth"; others are not ours
    bool stale = false;
    std::string_view state{};  ///< to be given back with the first response to this nonce
};

/// What is asked. Views, valid during the call.
struct ServerQuestion {
    std::string_view user, domain;  ///< empty: a nonce is wanted
    std::string_view method;
    message::DigestCredentials fields;  ///< of a nonce that is wanted: only uri
    std::string_view state;
};

class ServerDigest final : public Authenticator {
public:
    enum class Reply : std::uint8_t { right, wrong, challenge, nobody };
    /// True: asked, and exactly one on_reply() for the ticket comes in a later turn. False: it cannot be asked about (too long).
    using Ask = std::function<bool(const ServerQuestion& question, Ticket ticket)>;

    ServerDigest(std::shared_ptr<const Config> config, const DigestAuthenticator& local, Observer& observer, Ask ask)
        : config_(std::move(config)), local_(local), observer_(observer), ask_(std::move(ask)) {}

    /// There is none that is not the server's.
    void append_challenges(std::string&, std::string_view, bool, bool, Now) override {}
    [[nodiscard]] bool challenges_late() const override { return true; }
    [[nodiscard]] bool judges_late() const override { return true; }
    [[nodiscard]] bool has_credentials(const message::Message& request, std::string_view realm, bool proxy) const override;
    [[nodiscard]] std::optional<Verdict> verify(const message::Message& request, std::string_view realm, bool proxy, Ticket ticket, Now now) override;

    /// The answer to a ticket; `challenge` is read where the reply is one. Nothing: it is asked again, or the ticket is unknown.
    [[nodiscard]] std::optional<Verdict> on_reply(Ticket ticket, Reply reply, const ServerChallenge& challenge, Now now);

    void configure(std::shared_ptr<const Config> config) { config_ = std::move(config); }
    [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }

private:
    struct Waiting {
        std::optional<Identity> identity;  ///< nothing: a nonce is asked for
        std::string method, uri;
        bool proxy = false, wrong = false;
    };
    [[nodiscard]] bool ask_for_nonce(Waiting& waiting, Ticket ticket);
    [[nodiscard]] Verdict challenged(const Waiting& waiting, const ServerChallenge& challenge, Now now);
    void remember(const ServerChallenge& challenge);

    std::shared_ptr<const Config> config_;
    const DigestAuthenticator& local_;
    Observer& observer_;
    Ask ask_;
    boost::unordered_flat_map<std::uint64_t, Waiting> waiting_;   ///< by ticket
    boost::unordered_flat_map<std::string, std::string> states_;  ///< by nonce that we gave: what is to be given back with it
    std::deque<std::string> given_;                               ///< these nonces, the oldest first
    bool told_ = false;                                           ///< that a challenge could not be used
};

}  // namespace offhook::auth
