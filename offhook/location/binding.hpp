// A binding: one contact of an address of record (RFC 3261 §10.3), with what is needed to reach the phone behind it. Both are views: those of a
// snapshot lie in its one allocation, those of a set in the making wherever their texts came from (a request, the set before).
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "offhook/base/time.hpp"
#include "offhook/transport/flow.hpp"

namespace offhook::location {

struct Binding {
    std::string_view contact;     ///< URI as registered
    std::string_view parameters;  ///< other Contact parameters (not q, not expires), from the first ';'
    std::string_view call_id;     ///< of the REGISTER
    std::string_view path;        ///< Path values, comma-separated, in order (RFC 3327); the Route of requests to it
    std::string_view user_agent;
    UtcTime expires{};
    UtcTime registered{};
    std::uint32_t cseq = 0;
    std::uint16_t q = 1000;   ///< thousandths; 1000 if none was given (§20.10 leaves it open)
    bool behind_nat = false;  ///< the Contact's address is not the source: requests go over the flow
    transport::Flow flow;     ///< of the REGISTER: source address, local listener, connection
};

/// All bindings of one address of record. Expired ones may still be in it; readers look at `expires`.
struct BindingSet {
    std::string_view address_of_record;  ///< canonical (message::address_of_record)
    std::span<const Binding> bindings;   ///< in order of registration
};

/// Immutable, and one allocation: count, set, bindings, texts (design rule 7). Everything in it lives as long as the pointer.
using BindingSnapshot = std::shared_ptr<const BindingSet>;

/// Copies the set and all its texts.
[[nodiscard]] BindingSnapshot make_snapshot(const BindingSet& set);

}  // namespace offhook::location
