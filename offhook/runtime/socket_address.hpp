// Endpoint to and from sockaddr: nothing else in the project knows the system's address structures.
#pragma once
#include <netinet/in.h>
#include <sys/socket.h>

#include "offhook/base/address.hpp"

namespace offhook::runtime {

struct SocketAddress {
    union {
        sockaddr any;
        sockaddr_in v4;
        sockaddr_in6 v6;
    };
    socklen_t size = sizeof(sockaddr_in6);

    SocketAddress() : v6{} {}
    explicit SocketAddress(const Endpoint& endpoint);
    [[nodiscard]] Endpoint endpoint() const;  ///< 0.0.0.0:0 for a family that is not ours
};

[[nodiscard]] IpAddress to_address(const in_addr& a);
[[nodiscard]] IpAddress to_address(const in6_addr& a);
[[nodiscard]] in_addr to_in_addr(const IpAddress& a);    ///< of an IPv4 address
[[nodiscard]] in6_addr to_in6_addr(const IpAddress& a);  ///< of an IPv6 address

[[nodiscard]] Endpoint local_endpoint(int socket);
[[nodiscard]] Endpoint remote_endpoint(int socket);

}  // namespace offhook::runtime
