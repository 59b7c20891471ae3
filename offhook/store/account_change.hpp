// Changes of accounts, tariffs and prices on their way to the writer: plain data, checked as far as that can be done without the database.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "offhook/accounting/record_store.hpp"
#include "offhook/charging/account.hpp"
#include "offhook/charging/tariff.hpp"

namespace offhook::store {

/// What is to change of an account; nothing: stays as it is.
struct AccountEdit {
    std::optional<std::string> tariff{}, group{};
    std::optional<charging::Limits> limits{};
    std::optional<bool> prepaid{};  ///< only while nothing is reserved and the balance is 0, like the currency
    std::optional<charging::Currency> currency{};
};

struct AccountChange {
    enum class Kind : std::uint8_t { add, change, credit, lock, unlock, remove };
    Kind kind = Kind::add;
    charging::Account account;    ///< its name always; for add all but balance, reserved and locked; for lock the reason
    AccountEdit edit;             ///< for change
    charging::Micros amount = 0;  ///< for credit, with what follows
    std::string reference, note;
};

struct TariffChange {
    std::string name;
    std::shared_ptr<const charging::Tariff> tariff;  ///< takes the place of the one that is there; null: it is removed
    std::string rows;                                ///< as CSV
};

/// The price of an ended call that is put right (rerating.hpp).
struct Correction {
    std::uint64_t record = 0;
    std::string account;
    std::optional<charging::Micros> before;  ///< as it was found: if it is another now, nothing is done
    accounting::RatedPrice now;
};

}  // namespace offhook::store
