// Whether an account may begin a call: the rules that are checked before it is forwarded, in the order of charging::Rule, and the signs of theft by
// which an account is locked. Credit is another matter (slice.hpp).
//
// Knows what it is told of the account's use, not where that is kept. Thread rule: functions of their arguments.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "offhook/charging/account.hpp"

namespace offhook::charging {

/// What calls before this one did. A value counts only where a limit asks for it.
struct Use {
    std::uint64_t calls_of_user = 0, calls_of_account = 0;  ///< in progress
    std::uint64_t calls_this_hour = 0, calls_today = 0;
    Micros spent_this_hour = 0, spent_today = 0;  ///< calls in progress included
};

/// locked, blocked_prefix, not_allowed, or none.
[[nodiscard]] Rule admit_destination(const Account& account, std::string_view destination);
/// The rules of counts and spending, or none.
[[nodiscard]] Rule admit_use(const Limits& limits, const Use& use);

[[nodiscard]] bool is_premium(const Limits& limits, std::string_view destination);
/// The network of a caller, "192.0.2.0/24" or "2001:db8:7::/48"; nothing if the text is no address.
[[nodiscard]] std::optional<std::string> network_of(std::string_view address);

/// What was seen of an account: destinations that are premium and new within `burst_minutes`, this one included, and networks within an hour.
struct Signs {
    std::uint64_t new_premium = 0, networks = 0;
};
/// Why the account is to be locked; nothing: it is not.
[[nodiscard]] std::optional<std::string> theft(const Limits& limits, const Signs& signs);

}  // namespace offhook::charging
