// The port through which the core sends. runtime/ implements it on sockets, tests/sim on links.
#pragma once
#include <cstdint>
#include <string_view>

#include "offhook/base/slab.hpp"
#include "offhook/transport/flow.hpp"

namespace offhook::transport {

/// Who is told when a send fails, in a later turn. kind none: nobody.
struct SendTag {
    enum class Kind : std::uint8_t { none, client_transaction, server_transaction } kind = Kind::none;
    Handle handle;
};

enum class SendError : std::uint8_t { refused, timed_out, closed, too_large, no_listener };

class Sender {
public:
    virtual ~Sender() = default;
    /// Sends one whole message. UDP: queued for this turn's sendmmsg. Streams: over flow.connection while it lives, else over a
    /// connection to flow.remote that exists, else over a new one (connect limit 2 s). The bytes are copied if kept.
    /// A failure that becomes known is reported once to the tag's owner in a later turn, never from inside this call.
    virtual void send(const Flow& flow, std::string_view bytes, SendTag tag) = 0;
    /// True while the connection of this flow is open (always for UDP).
    [[nodiscard]] virtual bool alive(const Flow& flow) const = 0;
    /// The address of ours from which a wildcard listener would send there, for the flow's local address. Unspecified: not known.
    [[nodiscard]] virtual IpAddress source_for(const IpAddress& destination) {
        (void)destination;
        return {};
    }
};

}  // namespace offhook::transport
