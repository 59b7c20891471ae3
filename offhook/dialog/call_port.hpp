// The port between the proxy, which sees calls pass, and accounting, which decides and records (design rules 4 and 8).
//
// The proxy reports; accounting may hold back what it reports on until its row is committed. A call has an id of our own; a Handle
// names its entry in accounting's table on this shard. Thread rule: one shard. `wait` is followed by exactly one release of the
// ticket through ResponseGate::release() in a later turn, with a limit that accounting keeps (100 ms for an answer, 2 s for a BYE).
#pragma once
#include <cstdint>
#include <expected>
#include <string_view>

#include "offhook/base/ticket.hpp"
#include "offhook/base/time.hpp"
#include "offhook/message/message.hpp"
#include "offhook/transaction/request.hpp"

namespace offhook::dialog {

enum class Verdict : std::uint8_t { go_on, wait };

/// Where an in-dialog request or response of it travels.
enum class Direction : std::uint8_t { from_caller, from_callee };

class CallPort {
public:
    virtual ~CallPort() = default;

    /// An INVITE without To tag that passed authentication, before anything is forwarded. Refused (503) while the store is unhealthy.
    /// The handle stays valid until the INVITE's final response was reported, and beyond it until the call has ended.
    [[nodiscard]] virtual std::expected<Handle, message::Reject> admit(const transaction::Request& invite, Now) = 0;

    /// The INVITE goes to this target (a binding's contact, a route's target): the record names the last one where none answers.
    virtual void tried(Handle call, std::string_view target, Now now) { (void)call, (void)target, (void)now; }

    /// A 101..199 of any branch goes to the caller.
    virtual void ringing(Handle call, const message::Message& response, Now) = 0;

    /// A 2xx to the INVITE, before it goes on. `target`: the Request-URI that was answered, `contact`: the binding's contact (or same).
    /// Every 2xx is reported; a further To tag makes a further record. Retransmissions of one that waits: `wait` again never; the
    /// proxy absorbs them while it waits.
    [[nodiscard]] virtual Verdict answered(Handle call, const message::Message& response, std::string_view target, Ticket, Now) = 0;

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
    /// An in-dialog request (ACK, re-INVITE, UPDATE, BYE, others) is forwarded. BYE: the call's end is now.
    virtual void request_passed(const InDialog& where, const message::Message& request, Now) = 0;
    /// A final response to it, before it goes on; `method` of the request. Only BYE's may wait. `response` null: none came (timeout).
    [[nodiscard]] virtual Verdict response_passed(const InDialog& where, message::Method method, const message::Message* response, Ticket, Now) = 0;
};

/// The proxy's side: what waited for a ticket goes on.
class ResponseGate {
public:
    virtual ~ResponseGate() = default;
    virtual void release(Ticket ticket, Now now) = 0;
};

}  // namespace offhook::dialog
