// A call record as rating knows it, and what rating says as a record has it. Thread rule: functions of their arguments.
#pragma once
#include <expected>
#include <string>
#include <string_view>

#include "offhook/accounting/record_store.hpp"
#include "offhook/charging/slice.hpp"

namespace offhook::store {

/// Views of the record and the group.
[[nodiscard]] inline charging::Call call_of(const accounting::CallRecord& r, std::string_view group) {
    return {.group = group, .destination = r.destination, .on_net = r.on_net, .answered = r.answered, .duration = r.ended - r.answered};
}

/// `rate` of the call; if no row holds at its answer, by the rows that held when it was allowed: as if it had been answered at its INVITE.
template <class Rate>
auto by_answer_or_invite(charging::Call call, UtcTime invited, Rate rate) {
    auto rated = rate(call);
    if (rated || rated.error() != charging::RatingError::no_row) return rated;
    call.answered = invited;
    return rate(call);
}

/// What an ended call costs. `available`: as for charging::settle().
[[nodiscard]] inline std::expected<charging::Settlement, charging::RatingError> settle_record(const charging::Tariff& tariff,
                                                                                              const accounting::CallRecord& r, std::string_view group,
                                                                                              const charging::Micros* available) {
    return by_answer_or_invite(call_of(r, group), r.invited, [&](const charging::Call& call) { return charging::settle(tariff, call, available); });
}

[[nodiscard]] inline accounting::RatedPrice rated_price(const charging::Settlement& settled, std::string_view tariff) {
    const charging::Charge& charge = settled.charge;
    return {settled.price,
            std::string(charge.price.currency.code()),
            std::string(tariff),
            charge.row != nullptr ? charge.row->prefix : std::string("on-net"),
            charge.increments,
            charge.charged.count()};
}

}  // namespace offhook::store
