// Prices of ended calls that are put right, as it is done on the writer's session. Throws soci::soci_error. Thread rule: that of the session.
#pragma once
#include <vector>

#include "offhook/store/account_change.hpp"
#include "offhook/store/journal_rows.hpp"

namespace offhook::store {

/// Each whose record still has the price that it was found with: the same again changes nothing. A prepaid account gives no more than it has free.
void correct(soci::session& sql, JournalRows& journal, const std::vector<Correction>& corrections, UtcTime now);

}  // namespace offhook::store
