// Policy-ID and Policy-Contact: the policy servers that were asked about a session, and those that want to be (RFC 6794 §4.4.5).
// Thread rule: pure functions over borrowed text.
#pragma once
#include <expected>
#include <optional>
#include <string_view>

#include "offhook/message/error.hpp"
#include "offhook/message/info.hpp"

namespace offhook::message {

/// A URI without angle brackets (the RFC has none; they are read too), then parameters.
struct PolicyId : InfoValue {
    std::string_view token{};  ///< what the policy server gave; empty: absent
};
[[nodiscard]] std::expected<PolicyId, ParseError> parse_policy_id(std::string_view text);

struct PolicyContact : InfoValue {
    bool cacheable = true;        ///< false: non-cacheable
    std::string_view alt_uri{};   ///< another host that answers for this server; empty: absent
};
[[nodiscard]] std::expected<PolicyContact, ParseError> parse_policy_contact(std::string_view text);

}  // namespace offhook::message
