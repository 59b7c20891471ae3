// Who pays: an account with its credit and its limits, and which rule, if any, keeps it from making a call. Its users are those that name it.
//
// Knows what it is told of calls in progress and of what was spent, not where that is kept. Thread rule: functions of their arguments.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/charging/destination.hpp"
#include "offhook/charging/money.hpp"

namespace offhook::charging {

/// Why a call is not made, or is ended. Its text (text_of) is on record and in the log; the store keeps that, not the number.
enum class Rule : std::uint8_t {
    none,
    locked,            ///< the account is locked, by the operator or by a burst
    blocked_prefix,    ///< the destination begins with one of `blocked`
    not_allowed,       ///< the destination begins with none of `allowed`
    calls_of_user,     ///< in progress
    calls_of_account,  ///< in progress
    calls_per_hour,
    calls_per_day,
    spend_per_hour,
    spend_per_day,
    no_tariff,  ///< the account has none, or it has no row for the destination now
    no_credit,
    unavailable,  ///< nobody could be asked
};
[[nodiscard]] std::string_view text_of(Rule rule);  ///< "no_credit"
[[nodiscard]] std::optional<Rule> rule_of(std::string_view text);

/// What an account may do; 0 and empty: no limit. Calls and spending count from the beginning of the hour and of the day (UTC).
struct Limits {
    std::uint32_t calls_of_user = 0, calls_of_account = 0;  ///< in progress at once, from the INVITE on
    std::uint32_t calls_per_hour = 0, calls_per_day = 0;
    Micros spend_per_hour = 0, spend_per_day = 0;
    std::vector<std::string> blocked;  ///< prefixes of normalised destinations
    std::vector<std::string> allowed;  ///< if there are any, no other destination is called
    std::vector<std::string> premium;  ///< expensive: of `burst` new ones within `burst_minutes` the account is locked
    std::uint32_t burst = 0, burst_minutes = 10;
    std::uint32_t networks = 0;  ///< more networks (/24, /48) than this use it within an hour: it is locked

    bool operator==(const Limits&) const = default;
};

struct Account {
    std::string name;
    Currency currency;
    bool prepaid = false;  ///< its balance never goes below 0; a postpaid one's does
    Micros balance = 0;    ///< what was paid in, less the price of what has ended
    Micros reserved = 0;   ///< of the balance, for calls in progress
    std::string tariff;    ///< empty: its calls have no price, and a prepaid account can make none
    std::string group;     ///< of callers, for tariffs
    bool locked = false;
    std::string lock_reason;
    Limits limits;
};

}  // namespace offhook::charging
