// What reaches a shard from another thread: messages handed over, answers to tickets, new configuration. Plain data: no closure
// crosses a thread (design rule 3).
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "offhook/base/ticket.hpp"
#include "offhook/base/time.hpp"
#include "offhook/transport/flow.hpp"
#include "offhook/transport/resolver.hpp"
#include "offhook/transport/sender.hpp"

namespace offhook::runtime {

struct Mail {
    enum class Kind : std::uint8_t {
        message,       ///< one SIP message that the receiving shard does not own: bytes, flow
        committed,     ///< a store commit of ticket is done: ok
        granted,       ///< the answer to an accounting::ChargeRequest: numbers = charging::Rule, microseconds of the grant (as std::int64_t)
        resolved,      ///< a host name of ticket: addresses
        send_failure,  ///< a remote write failed: tag, error
        ask,           ///< a question to the owner of some state: ticket (of the asker), bytes, numbers
        answer,        ///< to a ticket: ok, bytes, numbers
        configure,     ///< a new configuration: snapshot
        drain,         ///< the process is ending: no new calls
        radius,        ///< the answer to a ticket's question (radius/port.hpp): ok = answered, numbers = Outcome and Code, bytes = attributes
        send,          ///< bytes for a connection of the receiving shard: flow, bytes, tag, numbers[0] = shard of the tag's owner
    };
    Kind kind = Kind::message;
    bool ok = false;
    Ticket ticket;
    Instant arrived;  ///< of a message: when it came to this machine
    transport::Flow flow;
    transport::SendTag tag;
    transport::SendError error{};
    std::string bytes;
    std::uint64_t numbers[3] = {0, 0, 0};
    transport::Addresses addresses;
    std::shared_ptr<const void> snapshot;
};

/// Puts mail into the mailboxes of shards. Thread rule: any thread.
class Mailer {
public:
    virtual ~Mailer() = default;
    virtual void post(std::uint16_t shard, Mail&& mail) = 0;
    /// Puts all of them in at once, with one wake-up, in order; moves from each.
    virtual void post_all(std::uint16_t shard, std::span<Mail> mails) {
        for (Mail& mail : mails) post(shard, std::move(mail));
    }
    [[nodiscard]] virtual std::uint16_t shard_count() const = 0;
    /// hash(key) mod N, keyed at start.
    [[nodiscard]] virtual std::uint16_t shard_of(std::string_view key) const = 0;
};

}  // namespace offhook::runtime
