// Who is told what the RADIUS client sees of its servers. Called on the control thread; what is empty is not called.
#pragma once
#include <functional>

#include "offhook/base/address.hpp"
#include "offhook/radius/packet.hpp"

namespace offhook::runtime {

struct RadiusWatch {
    std::function<void(const Endpoint& server, bool up)> turned;                      ///< it is dead, or is back
    std::function<void(const Endpoint& server, radius::PacketError reason)> dropped;  ///< the first packet for this reason; others are counted
};

}  // namespace offhook::runtime
