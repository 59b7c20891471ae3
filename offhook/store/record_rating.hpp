// A call record as rating knows it, and what rating says as a record has it. Thread rule: functions of their arguments.
#pragma once
#include <string>
#include <string_view>

#include "offhook/accounting/record_store.hpp"
#include "offhook/charging/slice.hpp"

namespace offhook::store {

/// Views of the record and the group.
[[nodiscard]] inline charging::Call call_of(const accounting::CallRecord& r, std::string_view group) {
    return {.group = group, .destination = r.destination, .on_net = r.on_net, .answered = r.answered, .duration = r.ended - r.answered};
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
