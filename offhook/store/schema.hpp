// The tables, as a list of migrations: step n takes a database of version n to version n+1. A step that was released is never
// changed, a new one is appended. Names of columns follow the fields of location::Binding, auth::User, accounting::CallRecord.
// Times are UTC microseconds, text is escaped (escape.hpp), record ids are 64 bits kept in SQLite's signed integer.
#pragma once
#include <expected>
#include <string>

namespace soci {
class session;
}

namespace offhook::store {

/// The version that this program writes.
[[nodiscard]] int schema_version();

/// Brings the database to `version` in one transaction (BEGIN IMMEDIATE). A newer one is refused: an older program does not
/// know what its rows mean. Throws soci::soci_error on what the database itself refuses.
[[nodiscard]] std::expected<void, std::string> migrate(soci::session& sql, int version = schema_version());

}  // namespace offhook::store
