// The transactions of one shard: matches messages to them (RFC 3261 §17.1.3, §17.2.3), drives the four machines with their timers,
// sends through the Sender port, and tells the users of transactions what happened.
//
// Knows keys, machines, timers and stored bytes for retransmission. Must not know routing. RFC 3261 §17, RFC 6026, RFC 4320.
// Thread rule: one shard; never calls a user from inside a call of that user except where said.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "offhook/base/observer.hpp"
#include "offhook/base/siphash.hpp"
#include "offhook/base/slab.hpp"
#include "offhook/base/timer_wheel.hpp"
#include "offhook/message/message.hpp"
#include "offhook/transaction/config.hpp"
#include "offhook/transaction/request.hpp"
#include "offhook/transport/admission.hpp"
#include "offhook/transport/sender.hpp"

namespace offhook::transaction {

struct ClientId {
    Handle handle;
    [[nodiscard]] explicit operator bool() const { return static_cast<bool>(handle); }
    friend bool operator==(const ClientId&, const ClientId&) = default;
};

/// Takes new requests: the beginning of the chain.
class ServerUser {
public:
    virtual ~ServerUser() = default;
    /// A new request with a server transaction.
    virtual void on_request(RequestPtr request, Now) = 0;
    /// An ACK that no transaction absorbed: that of a 2xx, or a stray one.
    virtual void on_ack(RequestPtr ack, Now) = 0;
    /// A CANCEL matched this INVITE, which has no final response yet. The CANCEL has been answered with 200.
    virtual void on_cancel(ServerId invite, const message::Message& cancel, Now) = 0;
    /// Whether this REGISTER is about an address that has bindings: asked while overloaded only.
    [[nodiscard]] virtual bool is_refresh(const message::Message& registration) const {
        (void)registration;
        return false;
    }
};

/// Takes the responses of the client transactions that it started. `cookie` is what it gave to start().
class ClientUser {
public:
    virtual ~ClientUser() = default;
    /// Every provisional but repeated 100s; the first final one; for INVITE every 2xx while the transaction lives (RFC 6026).
    virtual void on_response(ClientId, Handle cookie, const message::Message& response, const transport::Flow& from, Now) = 0;
    enum class Failure : std::uint8_t { timeout, transport_error };
    /// No final response: timer B or F, 64*T1 after a CANCEL, or the transport failed. The transaction is gone.
    virtual void on_failure(ClientId, Handle cookie, Failure, Now) = 0;
    /// The transaction ended after a final response; nothing more comes from it. Optional to use.
    virtual void on_terminated(ClientId, Handle cookie, Now) { (void)cookie; }
};

class Layer {
public:
    /// `salt` differs in every start of the process, so that branches of an earlier one never match.
    Layer(const TimerConfig& timers, TimerWheel& wheel, transport::Sender& sender, Observer& observer, const SipKey& salt, const Limits& limits = {});
    ~Layer();
    Layer(const Layer&) = delete;
    Layer& operator=(const Layer&) = delete;

    void set_user(ServerUser& user);
    void set_limits(const Limits& limits);
    /// Judges new requests from now on, and says what peers of RFC 7339 are told. Outlives the layer.
    void set_admission(transport::Admission& admission);

    /// One message that this shard owns, validated. Requests without a transaction start one (ACK: none). Where the limit is reached
    /// or the admission says no, a new request gets 503 and a CANCEL its answer, both without a transaction; a CANCEL that matches still
    /// reaches its INVITE. A request with a To tag is never refused by the admission.
    void receive(const message::Message& message, const transport::Flow& from, Now now);
    /// What the Sender reported.
    void on_send_failure(const transport::SendTag& tag, transport::SendError error, Now now);

    // Server side -----------------------------------------------------------------------------------------------------

    /// Sends a response through the transaction. `bytes` is complete. A second final response is dropped, except 2xx after 2xx to an
    /// INVITE (another fork's, RFC 6026 §7.1). To a non-INVITE nothing provisional but a 100, and no 408, ever leaves (RFC 4320); a 408
    /// ends its transaction in silence. False if the transaction is gone.
    bool respond(ServerId id, int status, std::string_view bytes, Now now);
    /// The same, composed from the request: status, reason, To tag, extra header lines (message::ResponseParts). Final ones mark it answered.
    bool respond(Request& request, int status, Now now, std::string_view reason = {}, std::string_view headers = {});
    [[nodiscard]] bool alive(ServerId id) const;
    /// The To tag for responses that the server makes itself to this request: the same for all of one transaction (§8.2.6.2).
    [[nodiscard]] std::string local_tag(const message::Message& request) const;

    // Client side -----------------------------------------------------------------------------------------------------

    /// Reserves a client transaction, so that its branch can be written into the request before start().
    [[nodiscard]] ClientId open(ClientUser& user, Handle cookie);
    /// Appends "z9hG4bK..." of this transaction: unique over space and time; `suffix` (tokens) is appended to it: loop detection.
    void append_branch(std::string& out, ClientId id, std::string_view suffix) const;
    /// Sends the request whose top Via bears that branch. INVITE or not is read from `method`.
    void start(ClientId id, message::Method method, std::string_view bytes, const transport::Flow& to, Now now);
    /// Cancels an INVITE: at once if a provisional response came, else when it comes (§9.1). `reason`: a Reason value or empty.
    void cancel(ClientId id, std::string_view reason, Now now);
    /// Forgets a reserved transaction that was not started, or stops reporting one that was; an INVITE without a final response is
    /// cancelled then, since nobody would acknowledge its answer.
    void abandon(ClientId id);

    [[nodiscard]] std::size_t server_count() const;  ///< living ones, tombstones included
    [[nodiscard]] std::size_t client_count() const;
    [[nodiscard]] std::size_t request_count() const; ///< contexts not given back
    void release(Request* request) noexcept;         ///< used by RequestDeleter

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace offhook::transaction
