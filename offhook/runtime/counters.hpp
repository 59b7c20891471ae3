// What a shard counts, and the RADIUS client. Written by its own thread, read by any.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>

#include "offhook/radius/client.hpp"
#include "offhook/transport/admission.hpp"

namespace offhook::runtime {

struct Counters {
    std::uint64_t datagrams_in = 0;  ///< keep-alives included
    std::uint64_t datagrams_out = 0;
    std::uint64_t datagrams_lost = 0;    ///< the kernel's receive buffer was full (SO_RXQ_OVFL)
    std::uint64_t datagrams_unsent = 0;  ///< the kernel refused them
    std::uint64_t messages = 0;          ///< given to the handlers
    std::uint64_t malformed = 0;
    std::uint64_t handed_over = 0;  ///< came in at a shard that does not own them
    std::uint64_t mailbox_dropped = 0;
    std::uint64_t connections_accepted = 0;
    std::uint64_t connections_opened = 0;
    std::uint64_t connections_refused = 0;  ///< beyond the limit
    std::uint64_t connections_now = 0;
    std::uint64_t turns = 0;
    transport::Admission::Counts refused{};     ///< by overload control, by kind
    std::uint64_t refused_for_room = 0;         ///< because there were as many transactions as allowed
    radius::Client::Counters radius{};
    std::uint64_t waited_us = 0, loss = 0;      ///< of the shard where it is largest: age of what was read last; percent that peers are asked to leave out
};

/// One number of one shard: a plain add, since only its thread writes.
class Counter {
public:
    void add(std::uint64_t n = 1) { value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed); }
    void set(std::uint64_t n) { value_.store(n, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

struct ShardCounters {
    Counter datagrams_in, datagrams_out, datagrams_lost, datagrams_unsent, messages, malformed, handed_over;
    Counter connections_accepted, connections_opened, connections_refused, connections_now, turns;
    Counter refused_for_room, waited_us, loss;
    std::array<Counter, transport::Admission::kinds> refused;
    void note(const transport::Admission& admission);  ///< what it has counted
    void add_to(Counters& total) const;
};

struct RadiusCounters {
    Counter sent, resent, answered, unanswered;
    std::array<Counter, radius::packet_error_count> dropped;
    void note(const radius::Client::Counters& counted);
    void add_to(Counters& total) const;
};

}  // namespace offhook::runtime
