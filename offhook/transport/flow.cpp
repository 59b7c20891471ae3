#include "offhook/transport/flow.hpp"

#include <array>

#include "offhook/base/text.hpp"

namespace offhook::transport {

namespace {
struct Names {
    Protocol protocol;
    std::string_view via, uri;
};
constexpr std::array<Names, 5> names{{{Protocol::udp, "UDP", "udp"},
                                      {Protocol::tcp, "TCP", "tcp"},
                                      {Protocol::tls, "TLS", "tls"},
                                      {Protocol::ws, "WS", "ws"},
                                      {Protocol::wss, "WSS", "wss"}}};
}  // namespace

std::string_view via_name(Protocol p) { return names[static_cast<std::size_t>(p)].via; }

std::string_view uri_name(Protocol p) { return names[static_cast<std::size_t>(p)].uri; }

std::optional<Protocol> protocol_of(std::string_view name) {
    for (const Names& row : names)
        if (iequals(row.uri, name)) return row.protocol;
    return std::nullopt;
}

}  // namespace offhook::transport
