// A world in virtual time: one clock, one timer wheel for everybody, and datagram links that delay, lose, repeat and reorder by a seed.
//
// Everything that happens is hashed in order, so that two runs of one seed can be compared; a trace of all messages on demand.
// Thread rule: one thread.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/base/address.hpp"
#include "offhook/base/timer_wheel.hpp"
#include "offhook/transport/flow.hpp"
#include "tests/sim/random.hpp"

namespace offhook::sim {

struct Links {
    Duration least = std::chrono::milliseconds(1), most = std::chrono::milliseconds(30);  ///< delay of a datagram: those sent close together overtake
    unsigned loss = 0, repeat = 0, straggle = 0;                                           ///< permille; a straggler is delayed by further `late`
    Duration late = std::chrono::milliseconds(1500);
};

/// Something with an address.
class Node {
public:
    virtual ~Node() = default;
    virtual void on_datagram(std::string_view bytes, const transport::Flow& from, Now now) = 0;
};

class World {
public:
    World(std::uint64_t seed, const Links& links);
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    Now now;
    TimerWheel wheel;
    Random random;

    void attach(const Endpoint& at, Node& node, std::string name);
    /// A datagram on its way; to an address where nobody is it is lost.
    void send(const Endpoint& from, const Endpoint& to, std::string_view bytes);
    /// Sees what arrives, just before the node does.
    std::function<void(const Endpoint& from, const Endpoint& to, std::string_view bytes)> on_arrival, on_departure;

    /// Until nothing is under way and no timer is armed. False if that did not come within the limit.
    [[nodiscard]] bool run_until_quiet(Duration limit);

    [[nodiscard]] std::uint64_t hash() const { return hash_; }
    [[nodiscard]] std::uint64_t sent() const { return sent_; }
    bool tracing = false;
    std::vector<std::string> trace;
    void note(std::string_view text);  ///< into the trace, if there is one

private:
    struct Packet {
        Instant at;
        std::uint64_t order;
        Endpoint from, to;
        std::string bytes;
        bool operator>(const Packet& other) const { return at != other.at ? at > other.at : order > other.order; }
    };
    struct Place {
        Node* node;
        std::string name;
    };
    void queue(const Endpoint& from, const Endpoint& to, std::string_view bytes);
    void deliver(const Packet& packet);
    void record(std::string_view what, const Endpoint& from, const Endpoint& to, std::string_view bytes);
    [[nodiscard]] std::string name_of(const Endpoint& at) const;

    Links links_;
    std::map<Endpoint, Place> nodes_;
    std::priority_queue<Packet, std::vector<Packet>, std::greater<>> packets_;
    std::uint64_t order_ = 0, sent_ = 0, hash_ = 0;
};

}  // namespace offhook::sim
