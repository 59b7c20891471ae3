// The port that turns host names into addresses. runtime/ implements it with c-ares on the control loop, tests/sim with a table.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "offhook/base/address.hpp"
#include "offhook/base/ticket.hpp"

namespace offhook::transport {

using Addresses = std::vector<IpAddress>;  ///< in order of preference; empty: the name has none, or nobody answered

class Resolver {
public:
    virtual ~Resolver() = default;
    /// The answer now if it is cached, or nothing and then exactly one answer to the ticket in a later turn, within 5 s.
    [[nodiscard]] virtual std::optional<Addresses> resolve(std::string_view host, Ticket ticket) = 0;
};

}  // namespace offhook::transport
