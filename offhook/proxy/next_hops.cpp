#include "offhook/proxy/next_hops.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "offhook/base/text.hpp"
#include "offhook/message/uri.hpp"
#include "offhook/transport/target.hpp"

namespace offhook::proxy {

namespace {

constexpr Duration addresses_stand_for = std::chrono::seconds(30);

// "gw.example." is "gw.example" (RFC 1034 §3.1).
std::string_view without_root(std::string_view host) {
    if (host.ends_with('.')) host.remove_suffix(1);
    return host;
}

}  // namespace

NextHops::NextHops(const std::vector<StaticRoute>& routes) {
    hops_.reserve(routes.size());
    for (const StaticRoute& route : routes) {
        const auto uri = message::parse_uri(route.next_hop);
        const auto target = uri ? transport::target_of(*uri) : std::nullopt;
        if (!target) continue;  // nothing can be sent there either
        Hop hop;
        hop.port = target->port;
        if (target->address)
            hop.addresses.push_back(*target->address);
        else
            hop.name = without_root(target->host);
        hops_.push_back(std::move(hop));
    }
}

bool NextHops::has_name(std::string_view host) const {
    return std::ranges::any_of(hops_, [&](const Hop& hop) { return !hop.name.empty() && iequals(hop.name, without_root(host)); });
}

bool NextHops::contains(const transport::Flow& flow, const Endpoint& registered_from) const {
    const bool goes_back = flow.remote == registered_from;
    if (goes_back && flow.connection) return false;
    return std::ranges::any_of(hops_, [&](const Hop& hop) {
        return !(goes_back && flow.remote.port != hop.port) && std::ranges::find(hop.addresses, flow.remote.address) != hop.addresses.end();
    });
}

void NextHops::refresh(transport::Resolver& resolver, Ticket nobody, Now now) {
    for (Hop& hop : hops_) {
        if (hop.name.empty() || now.steady < hop.ask_again) continue;
        auto addresses = resolver.resolve(hop.name, nobody);
        if (!addresses || addresses->empty()) continue;
        hop.addresses = std::move(*addresses);
        hop.ask_again = now.steady + addresses_stand_for;
    }
}

}  // namespace offhook::proxy
