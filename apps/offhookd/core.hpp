// The server of one shard without its I/O: transactions, authentication, registrar, proxy and accounting, wired here and nowhere else.
//
// Whoever owns the sockets and the store (shard_app.hpp; tests/sim with a virtual clock) gives it messages, answers and the time.
// Thread rule: one shard.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "apps/offhookd/config.hpp"
#include "apps/offhookd/outside_users.hpp"
#include "apps/offhookd/secrets.hpp"
#include "offhook/accounting/accounting.hpp"
#include "offhook/accounting/charge_store.hpp"
#include "offhook/accounting/record_store.hpp"
#include "offhook/auth/digest.hpp"
#include "offhook/auth/gate.hpp"
#include "offhook/auth/remote_digest.hpp"
#include "offhook/auth/server_digest.hpp"
#include "offhook/auth/user_directory.hpp"
#include "offhook/base/observer.hpp"
#include "offhook/base/timer_wheel.hpp"
#include "offhook/location/binding_store.hpp"
#include "offhook/proxy/proxy.hpp"
#include "offhook/radius/port.hpp"
#include "offhook/registrar/registrar.hpp"
#include "offhook/transaction/chain.hpp"
#include "offhook/transaction/layer.hpp"
#include "offhook/transport/admission.hpp"
#include "offhook/transport/listeners.hpp"
#include "offhook/transport/resolver.hpp"
#include "offhook/transport/sender.hpp"

namespace offhook::daemon {

/// What a core stands on. All of it outlives the core.
struct CoreParts {
    std::uint16_t shard;
    TimerWheel& wheel;
    transport::Sender& sender;
    transport::Resolver& resolver;
    const transport::ListenerTable& listeners;
    location::BindingStore& bindings;
    const auth::UserDirectory& users;
    accounting::RecordStore& records;
    accounting::ChargeStore& charges;
    auth::ReplayGuard& replays;
    Observer& observer;
    std::function<bool(std::string_view)> own_nonce;  ///< true if this shard owns that nonce; empty: all
    transport::Admission* admission = nullptr;        ///< of this shard; null: everything is admitted
    std::uint64_t last_record = 0;                    ///< largest id of a record in the store
    radius::Port* radius = nullptr;                   ///< who knows the passwords; null: `users` does
};

class Core final : public transaction::ServerUser {
public:
    Core(const CoreParts& parts, std::shared_ptr<const Config> config, const Secrets& secrets, Now now);
    Core(const Core&) = delete;
    Core& operator=(const Core&) = delete;

    /// An indexed message that this shard owns.
    void on_message(const message::Message& message, const transport::Flow& from, Now now);
    /// Bytes that could not be indexed.
    void on_malformed(const message::Message& partial, const message::ParseError& error, const transport::Flow& from, Now now);
    void on_send_failure(const transport::SendTag& tag, transport::SendError error, Now now) { layer_.on_send_failure(tag, error, now); }

    // Answers to tickets: each kind has its owner.
    void on_committed(Ticket ticket, bool ok, Now now);
    void on_granted(Ticket ticket, const accounting::Grant& grant, Now now) { accounting_.on_granted(ticket, grant, now); }
    void on_resolved(Ticket ticket, const transport::Addresses& addresses, Now now);
    void on_nonce_admitted(Ticket ticket, bool admitted, Now now);
    void on_radius(Ticket ticket, radius::Outcome outcome, radius::Code code, std::string_view attributes, Now now);

    void adopt(const accounting::CallRecord& record, Now now) { accounting_.adopt(record, now); }
    void configure(std::shared_ptr<const Config> config);
    void drain(Now now);  ///< no new calls; what is known of those in progress is written
    /// Nothing is under way that a drain waits for: calls in progress are not, since they outlive the process.
    [[nodiscard]] bool idle() const;
    /// Nothing is left of any request; calls in progress may be.
    [[nodiscard]] bool empty() const { return idle() && proxy_.empty(); }

    [[nodiscard]] transaction::Layer& layer() { return layer_; }
    [[nodiscard]] accounting::Accounting& accounting() { return accounting_; }

private:
    enum TicketKind : std::uint16_t { commit_of_registrar = 1, ticket_of_accounting, nonce_of_authentication, ticket_of_proxy };

    void on_request(transaction::RequestPtr request, Now now) override;
    void on_ack(transaction::RequestPtr ack, Now now) override;
    void on_cancel(transaction::ServerId invite, const message::Message& cancel, Now now) override;
    [[nodiscard]] bool is_refresh(const message::Message& registration) const override;
    void refuse(const message::Message& message, int status, std::string_view reason, const transport::Flow& from, Now now);

    [[nodiscard]] std::shared_ptr<const auth::Config> auth_config() const;
    [[nodiscard]] bool is_own_user(const message::Uri& uri) const;
    /// `question.user` empty: a nonce is wanted.
    [[nodiscard]] bool ask_radius(const auth::ServerQuestion& question, Ticket ticket);
    void on_server_digest(Ticket ticket, radius::Outcome outcome, radius::Code code, std::string_view attributes, Now now);
    [[nodiscard]] auth::Authenticator& authenticator();
    [[nodiscard]] const auth::UserDirectory& users() const { return radius_ != nullptr ? outside_users_ : known_users_; }

    std::shared_ptr<const Config> config_;
    std::uint16_t shard_;
    transport::Sender& sender_;
    const location::BindingStore& bindings_;
    transport::Admission* admission_;
    radius::Port* radius_;
    const radius::DigestStyle digest_style_;  ///< as at the start
    const auth::UserDirectory& known_users_;
    OutsideUsers outside_users_;
    Observer& observer_;
    transaction::Layer layer_;
    transaction::Chain chain_;
    auth::DigestAuthenticator digest_;
    auth::RemoteDigest remote_digest_;
    auth::ServerDigest server_digest_;
    accounting::Accounting accounting_;
    proxy::Proxy proxy_;
    auth::AuthenticationHandler authentication_;
    registrar::Registrar registrar_;
    std::string marked_, response_;  ///< composed for one stateless response
};

}  // namespace offhook::daemon
