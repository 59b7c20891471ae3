#include "offhook/runtime/socket_address.hpp"

#include <array>
#include <cstring>

namespace offhook::runtime {

in_addr to_in_addr(const IpAddress& a) {
    in_addr result{};
    std::memcpy(&result, a.octets().data(), 4);
    return result;
}

in6_addr to_in6_addr(const IpAddress& a) {
    in6_addr result{};
    std::memcpy(&result, a.octets().data(), 16);
    return result;
}

IpAddress to_address(const in_addr& a) {
    std::array<std::uint8_t, 4> octets{};
    std::memcpy(octets.data(), &a, 4);
    return IpAddress::v4(octets);
}

IpAddress to_address(const in6_addr& a) {
    std::array<std::uint8_t, 16> octets{};
    std::memcpy(octets.data(), &a, 16);
    return IpAddress::v6(octets);
}

SocketAddress::SocketAddress(const Endpoint& endpoint) : SocketAddress() {
    if (endpoint.address.is_v6()) {
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(endpoint.port);
        v6.sin6_addr = to_in6_addr(endpoint.address);
        size = sizeof v6;
    } else {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(endpoint.port);
        v4.sin_addr = to_in_addr(endpoint.address);
        size = sizeof v4;
    }
}

Endpoint SocketAddress::endpoint() const {
    if (any.sa_family == AF_INET) return {to_address(v4.sin_addr), ntohs(v4.sin_port)};
    if (any.sa_family == AF_INET6) return {to_address(v6.sin6_addr), ntohs(v6.sin6_port)};
    return {};
}

Endpoint local_endpoint(int socket) {
    SocketAddress a;
    return ::getsockname(socket, &a.any, &a.size) == 0 ? a.endpoint() : Endpoint{};
}

Endpoint remote_endpoint(int socket) {
    SocketAddress a;
    return ::getpeername(socket, &a.any, &a.size) == 0 ? a.endpoint() : Endpoint{};
}

}  // namespace offhook::runtime
