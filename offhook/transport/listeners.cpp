#include "offhook/transport/listeners.hpp"

#include <algorithm>

#include "offhook/base/text.hpp"

namespace offhook::transport {

namespace {

bool same_host(std::string_view a, std::string_view b) {
    const auto x = IpAddress::parse(a), y = IpAddress::parse(b);
    return x && y ? *x == *y : iequals(a, b);
}

// A socket bound to loopback reaches nothing else.
bool reaches(const Listener& l, Protocol protocol, const IpAddress& destination) {
    const IpAddress& from = l.bound.address;
    return l.protocol == protocol && from.is_v6() == destination.is_v6() && (!from.is_loopback() || destination.is_loopback());
}

}  // namespace

ListenerTable::ListenerTable(std::vector<Listener> listeners) : listeners_(std::move(listeners)) {}

// The port is always the listener's: a connection that we opened has a local port at which nobody listens.
void ListenerTable::append_sent_by(std::string& out, const Flow& flow) const {
    const Listener& l = listeners_[flow.listener];
    if (l.advertise_host.empty()) {
        (flow.local.address.is_unspecified() ? l.bound.address : flow.local.address).append_uri_host(out);
    } else if (const auto address = IpAddress::parse(l.advertise_host)) {
        address->append_uri_host(out);
    } else {
        out += l.advertise_host;
    }
    out += ':';
    append_number(out, l.advertise_port != 0 ? l.advertise_port : l.bound.port);
}

bool ListenerTable::is_us(std::string_view host, std::uint16_t port) const {
    const auto address = IpAddress::parse(host);
    for (const Listener& l : listeners_) {
        const std::uint16_t wanted = port != 0 ? port : default_port(l.protocol);
        const std::uint16_t advertised = l.advertise_port != 0 ? l.advertise_port : l.bound.port;
        if (!l.advertise_host.empty() && wanted == advertised && same_host(host, l.advertise_host)) return true;
        if (!address || (wanted != l.bound.port && !(l.advertise_host.empty() && wanted == advertised))) continue;
        const IpAddress& bound = l.bound.address;
        if (*address == bound) return true;
        if (!bound.is_unspecified() || bound.is_v6() != address->is_v6()) continue;
        if (address->is_loopback() || std::ranges::find(own_addresses_, *address) != own_addresses_.end()) return true;
    }
    return false;
}

std::optional<std::uint16_t> ListenerTable::choose(Protocol protocol, const IpAddress& destination, std::uint16_t preferred) const {
    if (preferred < listeners_.size() && reaches(listeners_[preferred], protocol, destination)) return preferred;
    for (std::size_t i = 0; i < listeners_.size(); ++i)
        if (reaches(listeners_[i], protocol, destination)) return static_cast<std::uint16_t>(i);
    return std::nullopt;
}

}  // namespace offhook::transport
