// The hosts that static routes lead to: gateways, which as a rule take any call that comes from our address. Only a route may lead there.
//
// Must not know bindings, branches or who calls. Thread rule: one shard.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "offhook/base/address.hpp"
#include "offhook/base/ticket.hpp"
#include "offhook/base/time.hpp"
#include "offhook/proxy/config.hpp"
#include "offhook/transport/flow.hpp"
#include "offhook/transport/resolver.hpp"

namespace offhook::proxy {

class NextHops {
public:
    explicit NextHops(const std::vector<StaticRoute>& routes);

    [[nodiscard]] bool empty() const { return hops_.empty(); }
    [[nodiscard]] bool has_name(std::string_view host) const;
    /// True if the flow goes to one of these hosts, whatever the port: a gateway listens on several. Not so what goes back to just where
    /// its phone registered from (`registered_from`): over the phone's own connection, or to another port of an address that a phone and a
    /// gateway share behind NAT.
    [[nodiscard]] bool contains(const transport::Flow& flow, const Endpoint& registered_from) const;
    /// Learns again, now and then, which addresses the names have. An answer that comes later counts the next time: its ticket is nobody's.
    void refresh(transport::Resolver& resolver, Ticket nobody, Now now);

private:
    struct Hop {
        std::string name;  ///< empty: a literal address
        std::uint16_t port = 0;
        transport::Addresses addresses;  ///< the last that were known
        Instant ask_again{};
    };
    std::vector<Hop> hops_;
};

}  // namespace offhook::proxy
