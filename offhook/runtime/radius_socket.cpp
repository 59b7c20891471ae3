#include "offhook/runtime/radius_socket.hpp"

#include <sys/socket.h>

#include <cerrno>

#include "offhook/runtime/socket_address.hpp"

namespace offhook::runtime {

namespace {

bool says_unreachable(int error) { return error == ECONNREFUSED || error == EHOSTUNREACH || error == ENETUNREACH; }

}  // namespace

Descriptor open_radius_socket(const Endpoint& server) {
    const SocketAddress address(server);
    Descriptor socket(::socket(address.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (socket && ::connect(socket.get(), &address.any, address.size) != 0) socket.reset();
    return socket;
}

// An error that an earlier datagram brought about is reported by the send after it, which then has sent nothing: once more.
bool send_radius(int socket, std::string_view packet) {
    for (int attempt = 0; attempt < 2; ++attempt) {
        if (::send(socket, packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return true;
        if (!says_unreachable(errno)) return true;
    }
    return false;
}

RadiusReceived receive_radius(int socket, std::span<char> buffer) {
    for (;;) {
        const ssize_t size = ::recv(socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (size >= 0) return {RadiusReceived::Kind::packet, static_cast<std::size_t>(size)};
        if (says_unreachable(errno)) return {RadiusReceived::Kind::unreachable, 0};
        if (errno != EINTR) return {};
    }
}

}  // namespace offhook::runtime
