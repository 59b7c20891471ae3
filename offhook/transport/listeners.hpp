// What we listen on and how we call ourselves in Via and Record-Route. Filled once after the ports are bound, then read only.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/transport/flow.hpp"

namespace offhook::transport {

struct Listener {
    Protocol protocol;
    Endpoint bound;                   ///< the real port; the address may be a wildcard
    std::string advertise_host;       ///< empty: the address that the peer reached
    std::uint16_t advertise_port = 0; ///< 0: the bound port
};

class ListenerTable {
public:
    explicit ListenerTable(std::vector<Listener> listeners);

    [[nodiscard]] std::span<const Listener> all() const { return listeners_; }
    [[nodiscard]] const Listener& operator[](std::uint16_t i) const { return listeners_[i]; }

    /// Appends "host:port" for Via and Record-Route of what goes out by this flow: advertised, else the flow's local endpoint.
    void append_sent_by(std::string& out, const Flow& flow) const;

    /// True if host (as in a URI or Via, IPv6 with brackets) and port (0: the protocol's default) name one of our listeners: its
    /// advertised name, its bound address, or for a wildcard any address in `own_addresses` and loopback.
    [[nodiscard]] bool is_us(std::string_view host, std::uint16_t port) const;

    /// The listener to send from to this destination: same protocol and family, the given one if it fits, else the first that does.
    [[nodiscard]] std::optional<std::uint16_t> choose(Protocol protocol, const IpAddress& destination, std::uint16_t preferred) const;

    /// Addresses of this machine's interfaces, for wildcard listeners.
    void set_own_addresses(std::vector<IpAddress> addresses) { own_addresses_ = std::move(addresses); }
    [[nodiscard]] std::span<const IpAddress> own_addresses() const { return own_addresses_; }

private:
    std::vector<Listener> listeners_;
    std::vector<IpAddress> own_addresses_;
};

}  // namespace offhook::transport
