// Where a message came from or goes to: protocol, both endpoints, the listener, and for streams the connection.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "offhook/base/address.hpp"

namespace offhook::transport {

enum class Protocol : std::uint8_t { udp, tcp, tls, ws, wss };

[[nodiscard]] constexpr bool is_reliable(Protocol p) { return p != Protocol::udp; }
[[nodiscard]] std::string_view via_name(Protocol p);                            ///< "UDP", "TCP", "TLS", "WS", "WSS"
[[nodiscard]] std::string_view uri_name(Protocol p);                            ///< "udp", "tcp", "tls", "ws", "wss"
[[nodiscard]] std::optional<Protocol> protocol_of(std::string_view name);       ///< any case; nothing if unknown here
/// RFC 3261 §19.1.2, RFC 7118 §8: the port where none is written.
[[nodiscard]] constexpr std::uint16_t default_port(Protocol p) {
    return p == Protocol::tls ? 5061 : p == Protocol::ws ? 80 : p == Protocol::wss ? 443 : 5060;
}

/// A stream connection, named so that a closed and reopened one is told apart. `generation` 0: none.
struct ConnectionId {
    std::uint16_t shard = 0;
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;
    [[nodiscard]] explicit operator bool() const { return generation != 0; }
    friend bool operator==(const ConnectionId&, const ConnectionId&) = default;
};

struct Flow {
    Protocol protocol = Protocol::udp;
    std::uint16_t listener = 0;   ///< index into the ListenerTable
    Endpoint local;               ///< the address that the peer reached, even on a wildcard listener (IP_PKTINFO)
    Endpoint remote;
    ConnectionId connection;      ///< of the stream that it came in by; may be gone by now
    friend bool operator==(const Flow&, const Flow&) = default;
};

}  // namespace offhook::transport
