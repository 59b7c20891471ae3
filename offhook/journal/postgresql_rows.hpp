// The tables of the PostgreSQL sink, and a call record as a row of theirs. Text from the network is escaped as in our own database
// (store/escape.hpp), since PostgreSQL takes neither a NUL nor what is not UTF-8; times are timestamps, NULL where there is none.
// Thread rule: pure functions.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/journal/postgres.hpp"
#include "offhook/store/reader.hpp"

namespace offhook::journal {

inline constexpr int postgresql_version = 1;
/// What makes the tables, in a transaction.
[[nodiscard]] std::span<const std::string_view> postgresql_schema();

/// The statement that inserts so many records, or brings the rows that are there up to date. No id may be in it twice.
[[nodiscard]] std::string upsert_records(std::size_t count);
/// Its values for one record.
void append_record(std::vector<Postgres::Value>& out, const store::Event& event);

}  // namespace offhook::journal
