#include "offhook/runtime/listen.hpp"

#include <fmt/format.h>
#include <netinet/tcp.h>

#include <cerrno>
#include <cstring>

#include "offhook/runtime/socket_address.hpp"

namespace offhook::runtime {

namespace {

constexpr int backlog = 1'024;

bool set_option(int fd, int level, int option, int value) { return ::setsockopt(fd, level, option, &value, sizeof value) == 0; }

std::unexpected<std::string> failure(const ListenConfig& listen, const char* what, int error) {
    return std::unexpected(fmt::format("{} {}: {}: {}", transport::uri_name(listen.protocol), listen.address.text(), what, std::strerror(error)));
}

void set_datagram_options(int fd, const IpAddress& address, std::uint32_t receive_buffer) {
    const int size = static_cast<int>(receive_buffer);
    if (!set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, size)) set_option(fd, SOL_SOCKET, SO_RCVBUF, size);
    set_option(fd, SOL_SOCKET, SO_RXQ_OVFL, 1);
    if (address.is_v6())
        set_option(fd, IPPROTO_IPV6, IPV6_RECVERR, 1);
    else
        set_option(fd, IPPROTO_IP, IP_RECVERR, 1);
    if (!address.is_unspecified()) return;
    // A wildcard listener asks for the address that each peer reached, to answer from it.
    if (address.is_v6())
        set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
    else
        set_option(fd, IPPROTO_IP, IP_PKTINFO, 1);
}

std::expected<Descriptor, std::string> open_socket(const ListenConfig& listen, std::uint32_t receive_buffer) {
    const bool datagrams = listen.protocol == transport::Protocol::udp;
    const int family = listen.address.address.is_v6() ? AF_INET6 : AF_INET;
    Descriptor fd(::socket(family, (datagrams ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd) return failure(listen, "no socket", errno);
    if (family == AF_INET6 && !set_option(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1)) return failure(listen, "IPV6_V6ONLY", errno);
    if (datagrams)
        set_datagram_options(fd.get(), listen.address.address, receive_buffer);
    else
        set_option(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);  // connections of a former run may still be in TIME_WAIT
    return fd;
}

std::expected<void, std::string> bind_socket(int fd, const ListenConfig& listen, const Endpoint& address) {
    const SocketAddress a(address);
    if (::bind(fd, &a.any, a.size) == 0) return {};
    const int error = errno;
    if (error != EADDRINUSE) return failure(listen, "cannot be bound", error);
    const std::string holder = holder_of(listen.protocol, address);
    return std::unexpected(
        fmt::format("{} {} is in use{}{}", transport::uri_name(listen.protocol), address.text(), holder.empty() ? "" : " by ", holder));
}

}  // namespace

std::expected<BoundPort, std::string> open_port(const ListenConfig& listen, unsigned shards, std::uint32_t receive_buffer) {
    const bool datagrams = listen.protocol == transport::Protocol::udp;
    BoundPort port;
    Endpoint address = listen.address;
    for (unsigned i = 0; i < shards; ++i) {
        auto fd = open_socket(listen, receive_buffer);
        if (!fd) return std::unexpected(std::move(fd.error()));
        // The first one is bound without SO_REUSEPORT: nobody else may have the port. Sharing is allowed only afterwards.
        if (i > 0 && !set_option(fd->get(), SOL_SOCKET, SO_REUSEPORT, 1)) return failure(listen, "SO_REUSEPORT", errno);
        if (auto bound = bind_socket(fd->get(), listen, address); !bound) return std::unexpected(std::move(bound.error()));
        if (i == 0 && shards > 1 && !set_option(fd->get(), SOL_SOCKET, SO_REUSEPORT, 1)) return failure(listen, "SO_REUSEPORT", errno);
        if (i == 0) address.port = local_endpoint(fd->get()).port;
        port.sockets.push_back(std::move(*fd));
    }
    if (!datagrams)
        for (const Descriptor& fd : port.sockets)
            if (::listen(fd.get(), backlog) != 0) return failure(listen, "cannot listen", errno);
    port.bound = address;
    return port;
}

}  // namespace offhook::runtime
