// Where a request to a URI goes, as far as the URI alone tells (RFC 3263 §4.1, §4.2 without NAPTR and SRV): protocol, host or address,
// port. A pure function; the resolver port turns a host name into addresses.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "offhook/base/address.hpp"
#include "offhook/message/uri.hpp"
#include "offhook/transport/flow.hpp"

namespace offhook::transport {

struct Target {
    Protocol protocol = Protocol::udp;
    std::string_view host;             ///< maddr or host of the URI, borrowed from it; IPv6 in brackets as written
    std::optional<IpAddress> address;  ///< of a numeric host; otherwise the host name is to be resolved
    std::uint16_t port = 0;
    friend bool operator==(const Target&, const Target&) = default;
};

/// Nothing if the URI is neither sip: nor sips:, if its transport is unknown here, or if a sips: URI asks for one without TLS.
[[nodiscard]] std::optional<Target> target_of(const message::Uri& uri);

}  // namespace offhook::transport
