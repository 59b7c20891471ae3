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

// The kernel doubles what it is asked for and reports the double: the other half is its own bookkeeping.
std::uint32_t granted(int fd, int option) {
    int size = 0;
    socklen_t length = sizeof size;
    return ::getsockopt(fd, SOL_SOCKET, option, &size, &length) == 0 ? static_cast<std::uint32_t>(size) / 2 : 0;
}

void set_buffer(int fd, int forced, int option, std::uint32_t octets) {
    const int size = static_cast<int>(octets);
    if (!set_option(fd, SOL_SOCKET, forced, size)) set_option(fd, SOL_SOCKET, option, size);
}

std::string buffer_warning(int fd, const Endpoint& bound, const SocketBuffers& wanted) {
    const std::uint32_t receive = granted(fd, SO_RCVBUF), send = granted(fd, SO_SNDBUF);
    std::string out;
    if (receive < wanted.receive) out = fmt::format("receive buffer {} octets instead of {}: raise net.core.rmem_max", receive, wanted.receive);
    if (send < wanted.send)
        out += fmt::format("{}send buffer {} octets instead of {}: raise net.core.wmem_max", out.empty() ? "" : "; ", send, wanted.send);
    return out.empty() ? out : fmt::format("udp {}: {}", bound.text(), out);
}

void set_datagram_options(int fd, const IpAddress& address, const SocketBuffers& buffers) {
    set_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF, buffers.receive);
    set_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF, buffers.send);
    set_option(fd, SOL_SOCKET, SO_RXQ_OVFL, 1);
    set_option(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
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

std::expected<Descriptor, std::string> open_socket(const ListenConfig& listen, const SocketBuffers& buffers) {
    const bool datagrams = listen.protocol == transport::Protocol::udp;
    const int family = listen.address.address.is_v6() ? AF_INET6 : AF_INET;
    Descriptor fd(::socket(family, (datagrams ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd) return failure(listen, "no socket", errno);
    if (family == AF_INET6 && !set_option(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1)) return failure(listen, "IPV6_V6ONLY", errno);
    if (datagrams)
        set_datagram_options(fd.get(), listen.address.address, buffers);
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

std::expected<BoundPort, std::string> open_port(const ListenConfig& listen, unsigned shards, const SocketBuffers& buffers) {
    const bool datagrams = listen.protocol == transport::Protocol::udp;
    BoundPort port;
    Endpoint address = listen.address;
    for (unsigned i = 0; i < shards; ++i) {
        auto fd = open_socket(listen, buffers);
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
    if (datagrams) port.warning = buffer_warning(port.sockets.front().get(), address, buffers);
    return port;
}

}  // namespace offhook::runtime
