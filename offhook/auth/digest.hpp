// Digest authentication on the HA1s of a user directory: RFC 7616 with RFC 8760, in SIP's use of it (RFC 3261 §22.4).
//
// Offers one challenge for each algorithm, qop "auth", and accepts answers without qop (RFC 2069, §22.4 item 8). Never Basic, never
// the -sess variants or auth-int, which are not offered.
//
// - An unknown name, a disabled user and a wrong password take the same path: the same look-up, the same hashes (over a fixed dummy
//   HA1), the same answer.
// - The digest-uri must be the Request-URI, or name the same address of record: phones differ in port and parameters, and §22.4
//   item 6 allows a difference. A different user or host is refused, since then captured credentials would serve for another call.
// - A nonce too old, not ours, or used with another request is Stale, but only for who knows the password.
// Thread rule: one shard.
#pragma once
#include <boost/unordered/unordered_flat_map.hpp>
#include <functional>
#include <memory>

#include "offhook/auth/authenticator.hpp"
#include "offhook/auth/config.hpp"
#include "offhook/auth/hash.hpp"
#include "offhook/auth/nonce.hpp"
#include "offhook/auth/nonce_ledger.hpp"
#include "offhook/message/digest.hpp"

namespace offhook::auth {

class DigestAuthenticator final : public Authenticator {
public:
    /// True for nonces that this shard owns (runtime's shard_of); empty: all.
    using OwnNonce = std::function<bool(std::string_view)>;

    DigestAuthenticator(std::shared_ptr<const Config> config, const UserDirectory& users, ReplayGuard& replays, const NonceKey& nonce_key,
                        const SipKey& fingerprint_key, std::uint16_t instance, OwnNonce own_nonce = {});

    void append_challenges(std::string& out, std::string_view realm, bool proxy, bool stale, Now now) override;
    [[nodiscard]] std::optional<Verdict> verify(const message::Message& request, std::string_view realm, bool proxy, Ticket ticket, Now now) override;
    [[nodiscard]] bool has_credentials(const message::Message& request, std::string_view realm, bool proxy) const override;

    /// The ReplayGuard's late answer to a ticket: the verdict that verify() kept back. Nothing if the ticket is not waiting.
    [[nodiscard]] std::optional<Verdict> on_admitted(Ticket ticket, bool admitted);

    void configure(std::shared_ptr<const Config> config) { config_ = std::move(config); }

    /// What the credentials use their nonce for; nothing if it is not ours or too old. A view into the credentials.
    [[nodiscard]] std::optional<NonceUse> use_of(const message::DigestCredentials& fields, const message::Message& request, Now now);
    /// True: admit() would say Stale, as far as that can be told at once.
    [[nodiscard]] bool spent(const NonceUse& use) const { return replays_.spent(use); }
    /// The verdict on who has been found to know the password: identity, or Stale. Nothing: kept, as with verify().
    [[nodiscard]] std::optional<Verdict> admit(Identity identity, const NonceUse& use, Ticket ticket, Now now);

    /// The user as stored here; null if unknown.
    [[nodiscard]] UserSnapshot stored(const Identity& identity) const { return users_.find(identity.domain, identity.user); }

private:
    [[nodiscard]] std::array<bool, algorithm_count> offered(std::string_view realm) const;

    std::shared_ptr<const Config> config_;
    const UserDirectory& users_;
    ReplayGuard& replays_;
    Hasher hasher_;
    NonceMint mint_;
    SipKey fingerprint_key_;
    OwnNonce own_nonce_;
    boost::unordered_flat_map<std::uint64_t, Identity> waiting_;  ///< by ticket: verified, but for the ReplayGuard's answer
};

}  // namespace offhook::auth
