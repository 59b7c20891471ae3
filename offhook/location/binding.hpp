// A binding: one contact of an address of record (RFC 3261 §10.3), with what is needed to reach the phone behind it.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "offhook/base/time.hpp"
#include "offhook/transport/flow.hpp"

namespace offhook::location {

struct Binding {
    std::string contact;     ///< URI as registered
    std::string parameters;  ///< other Contact parameters (not q, not expires), from the first ';'
    std::uint16_t q = 1000;  ///< thousandths; 1000 if none was given (§20.10 leaves it open)
    UtcTime expires{};
    std::string call_id;  ///< of the REGISTER
    std::uint32_t cseq = 0;
    std::string path;  ///< Path values, comma-separated, in order (RFC 3327); the Route of requests to it
    std::string user_agent;
    transport::Flow flow;     ///< of the REGISTER: source address, local listener, connection
    bool behind_nat = false;  ///< the Contact's address is not the source: requests go over the flow
    UtcTime registered{};
};

/// All bindings of one address of record: an immutable snapshot. Expired ones may still be in it; readers look at `expires`.
struct BindingSet {
    std::string address_of_record;  ///< canonical (message::address_of_record)
    std::vector<Binding> bindings;  ///< in order of registration
};
using BindingSnapshot = std::shared_ptr<const BindingSet>;

}  // namespace offhook::location
