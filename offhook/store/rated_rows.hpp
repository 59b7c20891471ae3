// The price of a call in its record, as the writer's session writes it: when the call has ended, and when it is rated again. Thread rule: that
// of the session.
#pragma once
#include <cstdint>
#include <optional>

#include "offhook/accounting/record_store.hpp"
#include "offhook/store/statement.hpp"

namespace offhook::store {

inline void write_rated(std::optional<Statement>& statement, soci::session& sql, std::uint64_t record, const accounting::RatedPrice& rated) {
    if (!statement)
        statement.emplace(sql, "UPDATE call_record SET price = ?, currency = ?, tariff = ?, prefix = ?, increments = ?, charged_seconds = ? WHERE id = ?");
    statement->run(rated.price, rated.currency, rated.tariff, rated.prefix, static_cast<std::int64_t>(rated.increments), rated.seconds,
                   static_cast<std::int64_t>(record));
}

}  // namespace offhook::store
