// RFC 3261 §17.1.1.1 and table 4: the estimates that every timer is derived from; and how many transactions there may be.
#pragma once
#include <chrono>
#include <cstddef>

#include "offhook/base/time.hpp"

namespace offhook::transaction {

struct TimerConfig {
    Duration t1 = std::chrono::milliseconds(500);        ///< round-trip time
    Duration t2 = std::chrono::seconds(4);               ///< longest interval of non-INVITE requests and INVITE responses
    Duration t4 = std::chrono::seconds(5);               ///< longest time that a message stays in the network
    Duration d = std::chrono::seconds(32);               ///< how long failures to an INVITE are absorbed over UDP, at least 32 s
    Duration trying = std::chrono::milliseconds(200);    ///< §17.2.1: 100 if nothing was answered by then
    Duration non_invite_trying = std::chrono::milliseconds(3500);  ///< RFC 4320 §4.1: a 100 to a non-INVITE not before timer E reached T2
};

/// A proxied call with its BYE leaves about 120 transaction-seconds (four transactions, most of them for 64*T1), a registration 64. So
/// 200,000 carry 1,600 new calls a second on one shard; at 1 to 4 KB each they are less than 1 GB (design rule 11).
struct Limits {
    std::size_t transactions = 200'000;  ///< of one layer, server and client, tombstones included, before a new request gets 503
    /// Requests within a dialog are let in up to here, so that calls in progress can end.
    [[nodiscard]] std::size_t in_dialog() const { return transactions + transactions / 4; }
};

}  // namespace offhook::transaction
