#include "offhook/transport/target.hpp"

namespace offhook::transport {

namespace {

// RFC 3263 §4.1. A sips: URI means TLS over TCP, also where it says transport=tcp (RFC 3261 §26.2.2), and wss where it says ws.
std::optional<Protocol> choose_protocol(const message::Uri& uri) {
    const bool secure = uri.scheme == message::Scheme::sips;
    const auto written = uri.parameter("transport");
    if (!written) return secure ? Protocol::tls : Protocol::udp;
    const auto protocol = protocol_of(*written);
    if (!protocol || !secure) return protocol;
    switch (*protocol) {
        case Protocol::udp: return std::nullopt;
        case Protocol::tcp: return Protocol::tls;
        case Protocol::ws: return Protocol::wss;
        default: return protocol;
    }
}

}  // namespace

std::optional<Target> target_of(const message::Uri& uri) {
    if (!uri.is_sip()) return std::nullopt;
    const auto protocol = choose_protocol(uri);
    if (!protocol) return std::nullopt;
    // RFC 3263 §4: the TARGET is maddr if there is one, else the host.
    const auto maddr = uri.parameter("maddr");
    const std::string_view host = maddr && !maddr->empty() ? *maddr : uri.host;
    if (host.empty()) return std::nullopt;
    return Target{*protocol, host, IpAddress::parse(host), uri.port != 0 ? uri.port : default_port(*protocol)};
}

}  // namespace offhook::transport
