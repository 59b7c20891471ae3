// What the tests of accounts share: a tariff of 0.60 EUR for a minute in seconds of 0.01, a prepaid account with it.
#pragma once
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "offhook/store/fixture_test.hpp"

namespace offhook::store {

inline void import_tariff(Store& store, std::string_view csv = "prefix,price_per_minute\n+49,0.6\n", bool free_on_net = false) {
    const auto done = store.tariff_admin().import({"retail", "EUR", "UTC", free_on_net, csv});
    if (!done) ADD_FAILURE() << done.error().error.text;
}

inline charging::Account prepaid(std::string_view name) {
    charging::Account account;
    account.name = name;
    account.currency = *charging::Currency::parse("EUR");
    account.prepaid = true;
    account.tariff = "retail";
    return account;
}

inline charging::Account account(Store& store, std::string_view name) {
    const auto found = store.account_reader().account(name);
    if (!found || !*found) {
        ADD_FAILURE() << "no account " << name << ": " << (found ? "" : found.error());
        return {};
    }
    return **found;
}

/// Of alice, who has the account acme, to Berlin.
inline accounting::ChargeRequest request_of(std::uint64_t record, UtcTime at) {
    return {record, "acme", "alice@example.com", "+4930", false, "192.0.2.9", at};
}

}  // namespace offhook::store
