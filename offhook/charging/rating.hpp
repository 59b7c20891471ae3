// What a call costs by a tariff, and how far a credit goes: two readings of one rule, so that neither contradicts the other.
//
// The rule
// - The row that holds at the answer decides the connection fee and the free seconds. The fee is owed by every answered call.
// - After the free seconds time is charged in increments; one that has begun is charged in full, by the row that holds at its beginning. The
//   first has the length `first_increment`, the others `increment`.
// - Where another row begins to hold (a border of bands, the end of a validity, clocks that change), the increment that is running ends
//   and the new row's first `increment` begins. If none begins to hold, the old one goes on to: a call is not left without a price.
// - The sum is exact, in sixtieths of a micro-unit; it is rounded up once, at the end, to a micro-unit.
//
// So a price never falls while a call goes on, and two calls, one of which begins where the other ends, never cost less than the one call, if no
// free seconds are given: increments that went on across a border, or were of unequal lengths, would reward who hangs up and dials again.
//
// Knows tariffs, not accounts or calls in progress. No heap but in preview(). Thread rule: functions of their arguments.
#pragma once
#include <cstdint>
#include <expected>
#include <string_view>
#include <vector>

#include "offhook/base/time.hpp"
#include "offhook/charging/money.hpp"
#include "offhook/charging/tariff.hpp"

namespace offhook::charging {

constexpr Duration longest_call = std::chrono::days(31);

struct Call {
    std::string_view group{};      ///< of the caller; may be empty
    std::string_view destination;  ///< normalised (destination.hpp)
    bool on_net = false;           ///< to an own user
    UtcTime answered{};
    Duration duration{};  ///< since the answer; 0 to longest_call
};

enum class RatingError : std::uint8_t {
    no_row,          ///< no row holds at the answer
    bad_duration,    ///< negative, or above longest_call
    overflow,        ///< the price is beyond what Money can hold
    other_currency,  ///< the credit is not in the tariff's
    no_credit,       ///< it does not even pay for the connection fee
};
[[nodiscard]] std::string_view describe(RatingError error);

struct Charge {
    Money price;
    const Row* row = nullptr;        ///< that held at the answer, lives as long as the tariff; null: free because on-net
    std::uint64_t increments = 0;    ///< charged
    std::chrono::seconds charged{};  ///< their length together
    std::uint32_t rows = 0;          ///< stretches of time with a row each: more than one if borders were crossed
};

[[nodiscard]] std::expected<Charge, RatingError> rate(const Tariff& tariff, const Call& call);

/// How long the call may last, from its answer, if it may cost `credit` in all: the end of the last increment that is paid for (rate() of that
/// is at most the credit, and of one microsecond more it is not), or longest_call if the credit lasts for that. Who renews a reservation asks
/// again with the sum of what is reserved; `call.duration` plays no part.
[[nodiscard]] std::expected<Duration, RatingError> lasts(const Tariff& tariff, const Call& call, const Money& credit);

/// A stretch of a call by one row.
struct Step {
    const Row* row = nullptr;
    Duration from{}, to{};         ///< since the answer
    std::uint64_t increments = 0;  ///< the first of them the call's first_increment if `opens`
    bool opens = false;
    std::chrono::seconds charged{};
    std::int64_t sixtieths = 0;  ///< what it costs, in sixtieths of a micro-unit: seconds times the price of a minute
};

/// A charge with its sum: price = fee + sum of the steps / 60, rounded up.
struct Preview {
    Charge charge;
    Micros connection_fee = 0;
    Duration free{};  ///< of the call's duration, before the first increment
    std::vector<Step> steps;
};
[[nodiscard]] std::expected<Preview, RatingError> preview(const Tariff& tariff, const Call& call);

}  // namespace offhook::charging
