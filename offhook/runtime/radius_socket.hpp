// A UDP socket towards one RADIUS server: connected, so that the kernel drops what others send and tells when nobody listens. Never waits.
// Thread rule: one thread for each socket.
#pragma once
#include <cstddef>
#include <span>
#include <string_view>

#include "offhook/base/address.hpp"
#include "offhook/runtime/descriptor.hpp"

namespace offhook::runtime {

/// None if the system has no socket or no way there now.
[[nodiscard]] Descriptor open_radius_socket(const Endpoint& server);

/// False: nobody listens there. What does not leave for another reason counts as lost on the way.
[[nodiscard]] bool send_radius(int socket, std::string_view packet);

struct RadiusReceived {
    enum class Kind : std::uint8_t { nothing, packet, unreachable } kind{};
    std::size_t size = 0;
};
[[nodiscard]] RadiusReceived receive_radius(int socket, std::span<char> buffer);

}  // namespace offhook::runtime
