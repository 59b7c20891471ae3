// Tariffs as rows of the database: as they are imported and removed on the writer's session, and as they are read at the start. Throws
// soci::soci_error. Thread rule: that of the session.
#pragma once
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "offhook/store/journal_rows.hpp"
#include "offhook/store/rows.hpp"

namespace offhook::store {

AdminResult write_tariff(soci::session& sql, JournalRows& journal, const TariffChange& change, UtcTime now);

/// All of them, or what is wrong with the first that cannot be used any more.
[[nodiscard]] std::expected<std::vector<std::shared_ptr<const charging::Tariff>>, std::string> read_tariffs(soci::session& sql);

}  // namespace offhook::store
