// Accounts as rows of the database, both ways. Thread rule: functions of their arguments.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "offhook/charging/account.hpp"
#include "offhook/store/statement.hpp"

namespace offhook::store {

/// In the order that account_of() reads them.
inline constexpr std::string_view account_columns =
    "name, currency, prepaid, balance, reserved, tariff, caller_group, locked, lock_reason, calls_of_user, calls_of_account, calls_per_hour, "
    "calls_per_day, spend_per_hour, spend_per_day, blocked, allowed, premium, burst, burst_minutes, networks";

/// Fills the account from the row; keeps the memory of its texts.
void read_account(charging::Account& account, const Statement& row);

[[nodiscard]] std::string prefixes_text(const std::vector<std::string>& prefixes);  ///< "+49 +43"

}  // namespace offhook::store
