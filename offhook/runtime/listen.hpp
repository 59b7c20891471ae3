// Opening ports (design rule 11): exclusively first, so that a second instance fails, then shared among our own shards.
#pragma once
#include <expected>
#include <string>
#include <vector>

#include "offhook/runtime/config.hpp"
#include "offhook/runtime/descriptor.hpp"

namespace offhook::runtime {

struct BoundPort {
    Endpoint bound;                   ///< with the real port
    std::vector<Descriptor> sockets;  ///< one for each shard; those of TCP listen already
    std::string warning;              ///< a sentence for the operator where the system gives less than was asked for
};

/// What the kernel keeps for each UDP socket: octets.
struct SocketBuffers {
    std::uint32_t receive = 4u << 20, send = 1u << 20;
};

/// The error is a sentence for the operator: "udp 127.0.0.1:5060 is in use by process 4711 (offhookd)".
[[nodiscard]] std::expected<BoundPort, std::string> open_port(const ListenConfig& listen, unsigned shards, const SocketBuffers& buffers);

/// Which process holds this port, as "process 4711 (offhookd)"; empty if it cannot be found (another user's, another namespace's).
[[nodiscard]] std::string holder_of(transport::Protocol protocol, const Endpoint& endpoint);

}  // namespace offhook::runtime
