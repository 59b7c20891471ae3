// The authentication handler of the chain: who must prove who they are, who is believed, who is refused (RFC 3261 §22, RFC 3325 §5).
//
//   request ──ACK, CANCEL, in a dialog of ours, From foreign─► goes on
//      │────from a trusted network, not REGISTER─────────────► goes on, trusted_network
//      │────a spiral: let in by us on an earlier pass────────► goes on; the proxy knows who it was
//      └─credentials?──none, wrong──► 401 (REGISTER) or 407
//           │────────stale──► the same with stale=true
//           │────────nobody can tell──► 503
//           └─right──owns From (REGISTER: To too)──► goes on, authenticated; else 403
//
// REGISTER is challenged from everywhere. Fills Request::sender; P-Asserted-Identity and P-Preferred-Identity stand only where it says
// trusted_network, and the proxy removes them elsewhere. Knows no algorithm: that is the Authenticator's. Thread rule: one shard.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "offhook/auth/authenticator.hpp"
#include "offhook/auth/config.hpp"
#include "offhook/auth/failure_limiter.hpp"
#include "offhook/base/observer.hpp"
#include "offhook/base/slab.hpp"
#include "offhook/transaction/chain.hpp"

namespace offhook::auth {

/// What the handler must be told about calls, because it cannot see it.
struct GateHooks {
    /// The request passed this server before and was let in then (the proxy knows its own Via). Empty: never.
    std::function<bool(const message::Message&)> is_spiral;
    /// A request with a To tag that belongs to a dialog set up through us (the token of the Record-Route fits). One that does not is
    /// treated like a new request. Empty: every request with a To tag.
    std::function<bool(const message::Message&)> in_dialog;
    /// Host and port (0: none) name this server itself: who gives such an address as his own speaks for the first domain, as the proxy
    /// reads it in a Request-URI. Empty: never.
    std::function<bool(std::string_view host, std::uint16_t port)> is_us;
};

class AuthenticationHandler final : public transaction::Handler {
public:
    /// Tickets to the authenticator bear this shard and `ticket_kind`; its late answers come back through on_verdict().
    AuthenticationHandler(std::shared_ptr<const Config> config, Authenticator& authenticator, transaction::Chain& chain, Observer& observer,
                          const SipKey& key, std::uint16_t shard, std::uint16_t ticket_kind, GateHooks hooks = {});

    [[nodiscard]] transaction::RequestPtr handle(transaction::RequestPtr request, Now now) override;

    /// The late answer of the authenticator; a ticket that is no longer waited for is dropped.
    void on_verdict(Ticket ticket, const Verdict& verdict, Now now);
    /// The request of this ticket is verified by another authenticator, since the first one cannot tell: as if it had been asked first.
    void verify_by(Authenticator& other, Ticket ticket, Now now);
    /// A CANCEL matched this INVITE: if it waits here, it is answered with 487 and goes nowhere. True if it did.
    bool on_cancel(transaction::ServerId invite, Now now);

    void configure(std::shared_ptr<const Config> config) { config_ = std::move(config); }
    [[nodiscard]] std::size_t suspended() const { return suspended_.size(); }

private:
    struct Parties;
    enum class Way : std::uint8_t { pass, verify, refuse };
    [[nodiscard]] Parties parties_of(const message::Message& message) const;
    [[nodiscard]] Way judge(transaction::Request& request, const Parties& parties) const;
    [[nodiscard]] bool held_back(transaction::Request& request, std::string_view user, Now now);
    [[nodiscard]] transaction::RequestPtr take(Handle handle);
    [[nodiscard]] transaction::RequestPtr conclude(transaction::RequestPtr request, const Verdict& verdict, Now now);
    [[nodiscard]] transaction::RequestPtr admit(transaction::RequestPtr request, const Identity& identity, Now now);
    void challenge(transaction::Request& request, bool stale, Cause cause, Now now);
    void challenge_with(transaction::Request& request, std::string_view headers, Cause cause, Now now);
    void reject(transaction::Request& request, int status, Cause cause, std::uint64_t retry_after, Now now);

    std::shared_ptr<const Config> config_;
    Authenticator& authenticator_;
    transaction::Chain& chain_;
    Observer& observer_;
    FailureLimiter failures_;
    std::uint16_t shard_, ticket_kind_;
    GateHooks hooks_;
    struct Suspended {
        transaction::RequestPtr request;
        std::optional<std::uint64_t> attempt;  ///< under way, of the limiter
    };
    Slab<Suspended> suspended_;
    std::string headers_;  ///< composed for one response
};

}  // namespace offhook::auth
