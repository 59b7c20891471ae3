// Which shard has a stream to which peer (design rule 2): read by every shard that sends, written when a connection opens or closes.
// Striped, so that shards seldom meet at one lock. Thread rule: any thread.
#pragma once
#include <array>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <unordered_map>

#include "offhook/transport/flow.hpp"

namespace offhook::runtime {

class ConnectionTable {
public:
    /// The newest connection to a peer takes the place of an older one.
    void add(transport::Protocol protocol, const Endpoint& remote, transport::ConnectionId id) {
        Stripe& s = stripe(remote);
        const std::unique_lock lock(s.mutex);
        s.connections[{protocol, remote}] = id;
    }
    void remove(transport::Protocol protocol, const Endpoint& remote, transport::ConnectionId id) {
        Stripe& s = stripe(remote);
        const std::unique_lock lock(s.mutex);
        const auto found = s.connections.find({protocol, remote});
        if (found != s.connections.end() && found->second == id) s.connections.erase(found);
    }
    [[nodiscard]] std::optional<transport::ConnectionId> find(transport::Protocol protocol, const Endpoint& remote) const {
        const Stripe& s = stripe(remote);
        const std::shared_lock lock(s.mutex);
        const auto found = s.connections.find({protocol, remote});
        return found == s.connections.end() ? std::nullopt : std::optional(found->second);
    }

private:
    struct Key {
        transport::Protocol protocol;
        Endpoint remote;
        friend bool operator==(const Key&, const Key&) = default;
    };
    struct Hash {
        std::size_t operator()(const Key& k) const { return EndpointHash{}(k.remote) + static_cast<std::size_t>(k.protocol); }
    };
    struct Stripe {
        mutable std::shared_mutex mutex;
        std::unordered_map<Key, transport::ConnectionId, Hash> connections;
    };
    [[nodiscard]] Stripe& stripe(const Endpoint& remote) { return stripes_[EndpointHash{}(remote) % stripes_.size()]; }
    [[nodiscard]] const Stripe& stripe(const Endpoint& remote) const { return stripes_[EndpointHash{}(remote) % stripes_.size()]; }

    std::array<Stripe, 16> stripes_;
};

}  // namespace offhook::runtime
