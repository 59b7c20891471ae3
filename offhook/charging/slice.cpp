#include "offhook/charging/slice.hpp"

#include <algorithm>

namespace offhook::charging {

std::expected<Slice, RatingError> slice_of(const Tariff& tariff, Call call, Duration wanted, const Money& available) {
    // An increment has begun only once a moment of it has passed.
    call.duration = std::clamp(wanted, Duration(1), longest_call);
    const auto whole = rate(tariff, call);
    if (!whole && whole.error() != RatingError::overflow) return std::unexpected(whole.error());
    const bool enough = whole && whole->price.micros <= available.micros;
    const auto lasting = lasts(tariff, call, enough ? Money{whole->price.micros, available.currency} : available);
    if (!lasting) return std::unexpected(lasting.error());
    if (*lasting <= Duration{}) return std::unexpected(RatingError::no_credit);
    call.duration = *lasting;
    const auto cost = rate(tariff, call);
    if (!cost) return std::unexpected(cost.error());
    return Slice{*lasting, cost->price.micros};
}

std::expected<Settlement, RatingError> settle(const Tariff& tariff, Call call, const Micros* available) {
    call.duration = std::clamp(call.duration, Duration{}, longest_call);
    const auto charge = rate(tariff, call);
    if (!charge) return std::unexpected(charge.error());
    const Micros price = available != nullptr ? std::min(charge->price.micros, std::max<Micros>(*available, 0)) : charge->price.micros;
    return Settlement{*charge, price};
}

}  // namespace offhook::charging
