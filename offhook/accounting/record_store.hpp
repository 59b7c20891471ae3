// The port through which call records become durable. store/ implements it on SQLite, tests in memory with a delay.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "offhook/base/ticket.hpp"
#include "offhook/base/time.hpp"
#include "offhook/charging/account.hpp"
#include "offhook/charging/money.hpp"

namespace offhook::accounting {

/// By which row of which tariff a call was rated, and the result.
struct RatedPrice {
    charging::Micros price = 0;
    std::string currency, tariff;
    std::string prefix;            ///< of the row that held at the answer; "on-net": free because of that
    std::uint64_t increments = 0;  ///< charged
    std::int64_t seconds = 0;      ///< charged
    bool operator==(const RatedPrice&) const = default;
};

/// One call record: one row. Times are UTC; an unset one is the epoch.
struct CallRecord {
    std::uint64_t id = 0;             ///< our own, unique for ever: shown as 16 hexadecimal digits
    std::uint64_t call = 0;           ///< the call it belongs to: differs from id for a further 2xx (another leg of the same call)
    std::string sip_call_id, from_tag, to_tag;
    std::string user;                 ///< authenticated "user@domain"; empty for a trusted or foreign sender
    std::string from_uri, to_uri, request_uri;
    std::string binding;              ///< the contact that answered, else the last one tried; empty if none
    UtcTime invited{}, ringing{}, answered{}, ended{};
    std::int64_t seconds = 0;         ///< answered to ended, rounded up to whole seconds
    enum class End : std::uint8_t { none, caller, callee, refused, cancelled, timeout, expired, unconfirmed, restart, credit } end = End::none;
    int status = 0;                   ///< final status of the INVITE
    std::string reason;
    std::string caller_agent, callee_agent;
    std::string codecs;               ///< "PCMU" or "opus,VP8": of the answer
    std::string source;               ///< the caller's endpoint
    std::string account;              ///< of the user; empty: nobody pays
    std::string destination;          ///< normalised (charging/destination.hpp); empty if the Request-URI has none
    bool on_net = false;              ///< to a user of an own domain
    charging::Rule rule = charging::Rule::none;  ///< by which it was refused or ended
    Duration granted = Duration::max();          ///< only as it is read at the start: how long its reservation lasts from the answer on
    /// What it cost: set by the store when the call has ended, nothing before, and nothing for a call that nobody pays for.
    std::optional<RatedPrice> rated;
    std::string dialog;               ///< serialised dialog state of an answered call in progress (dialog/); empty once ended
    [[nodiscard]] bool in_progress() const { return end == End::none; }
};

class RecordStore {
public:
    virtual ~RecordStore() = default;
    /// Inserts or replaces the row with this id, durably, then answers the ticket with true (false: it was not written). What the INVITE
    /// said (call, Call-ID, From tag, user, URIs, time, agent and source of the caller) stays the same while the call is in progress: a
    /// store may write it once. Writes of one record are applied in the order of the calls. Never answers inside this call. No ticket (handle none): nobody is told.
    virtual void put(const CallRecord& record, Ticket ticket) = 0;
    /// False while the oldest uncommitted row is older than store_limit: no new call is admitted.
    [[nodiscard]] virtual bool healthy(Now now) const = 0;
};

}  // namespace offhook::accounting
