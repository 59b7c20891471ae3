// How much of an account's credit a call in progress holds, and what is taken when it has ended: whole increments, exactly what they cost,
// never more than there is. Thread rule: functions of their arguments.
#pragma once
#include <expected>

#include "offhook/charging/rating.hpp"

namespace offhook::charging {

struct Slice {
    Duration lasts{};   ///< from the answer: the end of an increment, or longest_call
    Micros amount = 0;  ///< what the call costs until then
};

/// What the call is given if it wants to last `wanted` (at most longest_call counts) and `available` may be spent on it in all: time up to the end
/// of the increment in which `wanted` ends, or as much as the money buys. RatingError::no_credit: not even an increment.
[[nodiscard]] std::expected<Slice, RatingError> slice_of(const Tariff& tariff, Call call, Duration wanted, const Money& available);

/// What an ended call costs its account. `available` is what a prepaid account has for it: the price is never above it.
struct Settlement {
    Charge charge;     ///< by the tariff
    Micros price = 0;  ///< to be taken
};
[[nodiscard]] std::expected<Settlement, RatingError> settle(const Tariff& tariff, Call call, const Micros* available);

}  // namespace offhook::charging
