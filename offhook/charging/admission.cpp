#include "offhook/charging/admission.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "offhook/base/address.hpp"

namespace offhook::charging {
namespace {

bool begins_with_one_of(const std::vector<std::string>& prefixes, std::string_view destination) {
    return std::ranges::any_of(prefixes, [destination](const std::string& prefix) { return destination.starts_with(prefix); });
}

bool reached(std::int64_t limit, std::int64_t value) { return limit != 0 && value >= limit; }
bool reached(std::uint32_t limit, std::uint64_t value) { return limit != 0 && value >= limit; }

}  // namespace

Rule admit_destination(const Account& account, std::string_view destination) {
    if (account.locked) return Rule::locked;
    const Limits& l = account.limits;
    if (begins_with_one_of(l.blocked, destination)) return Rule::blocked_prefix;
    if (!l.allowed.empty() && !begins_with_one_of(l.allowed, destination)) return Rule::not_allowed;
    return Rule::none;
}

Rule admit_use(const Limits& limits, const Use& use) {
    if (reached(limits.calls_of_user, use.calls_of_user)) return Rule::calls_of_user;
    if (reached(limits.calls_of_account, use.calls_of_account)) return Rule::calls_of_account;
    if (reached(limits.calls_per_hour, use.calls_this_hour)) return Rule::calls_per_hour;
    if (reached(limits.calls_per_day, use.calls_today)) return Rule::calls_per_day;
    if (reached(limits.spend_per_hour, use.spent_this_hour)) return Rule::spend_per_hour;
    if (reached(limits.spend_per_day, use.spent_today)) return Rule::spend_per_day;
    return Rule::none;
}

bool is_premium(const Limits& limits, std::string_view destination) { return begins_with_one_of(limits.premium, destination); }

std::optional<std::string> network_of(std::string_view address) {
    const auto ip = IpAddress::parse(address);
    if (!ip) return std::nullopt;
    auto octets = ip->octets();
    // What one customer is given: a /48 (RFC 6177 §2), and a /24 of the address family that is short.
    const std::size_t kept = ip->is_v6() ? 6 : 3;
    std::fill(octets.begin() + static_cast<std::ptrdiff_t>(kept), octets.end(), std::uint8_t{0});
    if (ip->is_v6()) return IpAddress::v6(octets).text() + "/48";
    return IpAddress::v4({octets[0], octets[1], octets[2], 0}).text() + "/24";
}

std::optional<std::string> theft(const Limits& limits, const Signs& signs) {
    if (limits.burst != 0 && signs.new_premium >= limits.burst)
        return fmt::format("{} new premium destinations within {} minutes", signs.new_premium, limits.burst_minutes);
    if (limits.networks != 0 && signs.networks > limits.networks) return fmt::format("used from {} networks within an hour", signs.networks);
    return std::nullopt;
}

}  // namespace offhook::charging
