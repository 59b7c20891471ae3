// The port between the proxy, which sees calls pass, and accounting, which decides and records (design rules 4 and 8).
//
// The proxy reports; accounting may hold back what it reports on until its row is committed, and a call until somebody has allowed it; and it
// may end a call. A call has an id of our own; a Handle names its entry in accounting's table on this shard. Thread rule: one shard. `wait` is
// followed by exactly one answer to the ticket through CallGate in a later turn, with a limit that accounting keeps (100 ms for an
// answer, 2 s for a BYE and for a call that somebody pays for).
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "offhook/base/address.hpp"
#include "offhook/base/ticket.hpp"
#include "offhook/base/time.hpp"
#include "offhook/message/message.hpp"
#include "offhook/message/uri.hpp"
#include "offhook/transaction/request.hpp"

namespace offhook::dialog {

enum class Verdict : std::uint8_t { go_on, wait };

/// Where an in-dialog request or response of it travels.
enum class Direction : std::uint8_t { from_caller, from_callee };

class DialogState;

/// A call that is on record from now on.
struct Admission {
    Handle call;
    Verdict verdict = Verdict::go_on;  ///< wait: CallGate::admitted() says whether it may be made
    bool follows_redirections = true;  ///< false: where a 3xx points to is another price; the caller may call there himself
};

/// Why a call is not made, as the caller is told.
struct Refusal {
    int status = 403;
    std::string_view warning;  ///< RFC 3261 §20.43: for a person, without quotes
};

class CallPort {
public:
    virtual ~CallPort() = default;

    /// An INVITE without To tag that passed authentication, before anything is forwarded. `target`: the Request-URI that counts (RFC 3261
    /// §16.4), null if it cannot be read. Refused (503) while the store is unhealthy. One that waits may be given up meanwhile: its failure is
    /// reported as any other, and the answer to the ticket then means nothing.
    /// The handle stays valid until the INVITE's final response was reported, and beyond it until the call has ended.
    [[nodiscard]] virtual std::expected<Admission, message::Reject> admit(const transaction::Request& invite, const message::Uri* target, Ticket,
                                                                          Now) = 0;

    /// The INVITE goes to this target (a binding's contact, a route's target): the record names the last one where none answers.
    virtual void tried(Handle call, std::string_view target, Now now) { (void)call, (void)target, (void)now; }

    /// A 101..199 of any branch goes to the caller.
    virtual void ringing(Handle call, const message::Message& response, Now) = 0;

    /// A 2xx to the INVITE, before it goes on. `target`: the Request-URI that was answered, `contact`: the binding's contact (or same).
    /// Every 2xx is reported; a further To tag makes a further record. Retransmissions of one that waits: `wait` again never; the
    /// proxy absorbs them while it waits.
    /// `source`: where it came from.
    [[nodiscard]] virtual Verdict answered(Handle call, const message::Message& response, std::string_view target, const IpAddress& source, Ticket,
                                           Now) = 0;

    /// The final 300-699 of the INVITE as it will be sent to the caller (ours or a callee's).
    [[nodiscard]] virtual Verdict refused(Handle call, int status, std::string_view reason, Ticket, Now) = 0;

    /// The caller gave up: CANCEL was received. The 487 (or whatever comes) is reported through refused() or answered().
    virtual void cancelled(Handle call, Now) = 0;

    /// The call that an in-dialog request belongs to, by Call-ID and both tags; none if it is not one of ours.
    struct InDialog {
        Handle call;
        Direction direction = Direction::from_caller;
    };
    [[nodiscard]] virtual InDialog find(const message::Message& request) = 0;
    /// An in-dialog request (ACK, re-INVITE, UPDATE, BYE, others) that came from `source` is forwarded. BYE: the call's end is now.
    virtual void request_passed(const InDialog& where, const message::Message& request, const IpAddress& source, Now) = 0;
    /// A final response to it, before it goes on; `method` of the request. Only BYE's may wait. `response` null: none came (timeout).
    [[nodiscard]] virtual Verdict response_passed(const InDialog& where, message::Method method, const message::Message* response, Ticket, Now) = 0;

    /// What came of CallGate::hang_up(): the final status of that BYE, 408 if there was none.
    virtual void hung_up(const InDialog& where, int status, Now) = 0;
};

/// The proxy's side.
class CallGate {
public:
    virtual ~CallGate() = default;
    /// What waited for a ticket goes on.
    virtual void release(Ticket ticket, Now now) = 0;
    /// The call that waited for this ticket is made, or refused.
    virtual void admitted(Ticket ticket, const std::optional<Refusal>& refusal, Now now) = 0;
    /// Sends the BYE that this side of the dialog would send, with its highest CSeq number; CallPort::hung_up() tells in a later turn what came of
    /// it. False: there is no way to the other side, and nothing will be told.
    [[nodiscard]] virtual bool hang_up(const CallPort::InDialog& where, const DialogState& dialog, std::string_view reason, Now now) = 0;
};

}  // namespace offhook::dialog
