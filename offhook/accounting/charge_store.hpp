// The port through which a call that somebody pays for is allowed, and given more time. store/ implements it on SQLite, where one writer keeps all
// accounts, so that calls of one account never spend its credit twice; tests in memory with a delay.
//
// A call in progress holds a reservation, known by the id of its record. It is made by authorise(), grows by extend(), and is settled by the row
// that ends the record (RecordStore::put with `end` set): the store rates the call, takes its price from the balance and gives the rest
// back, all in the transaction of that row. Reservations survive a crash; what belongs to no record in progress is given back at the start.
// Requests and rows are applied in the order of the calls to both ports. Never answers inside a call. Thread rule: any shard.
#pragma once
#include <cstdint>
#include <string>

#include "offhook/base/ticket.hpp"
#include "offhook/base/time.hpp"
#include "offhook/charging/account.hpp"

namespace offhook::accounting {

struct ChargeRequest {
    std::uint64_t record = 0;
    std::string account, user;  ///< "alice@example.com"
    std::string destination;    ///< normalised
    bool on_net = false;        ///< to an own user
    std::string source;         ///< address of the caller, without port
    UtcTime at{};               ///< of the INVITE; of the answer once there is one
};

/// The answer, sent to the ticket.
struct Grant {
    charging::Rule rule = charging::Rule::none;  ///< none: allowed. To extend(): no_credit says that `lasts` is all there will be
    Duration lasts = Duration::max();            ///< since the answer: the call must have ended by then unless more is granted; max: no limit
};

class ChargeStore {
public:
    virtual ~ChargeStore() = default;
    /// Before the INVITE is forwarded: checks every limit, reserves a first slice. The answer is durable.
    virtual void authorise(const ChargeRequest& request, Ticket ticket) = 0;
    /// The call was answered at `request.at`, or its grant runs out soon: what is reserved becomes what the call costs from then on for `wanted`, or for
    /// as much of it as there is credit for. Makes the reservation if there is none (a further answer of a forked INVITE).
    virtual void extend(const ChargeRequest& request, Duration wanted, Ticket ticket) = 0;
};

}  // namespace offhook::accounting
