#include "offhook/store/statement.hpp"

#include "offhook/store/escape.hpp"

namespace offhook::store {

using namespace sqlite_api;

Statement::Statement(soci::session& sql, std::string_view text) : database_(static_cast<soci::sqlite3_session_backend*>(sql.get_backend())->conn_) {
    sqlite3_stmt* statement = nullptr;
    const int result = sqlite3_prepare_v3(database_, text.data(), static_cast<int>(text.size()), SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    statement_.reset(statement);
    check(result);
    escaped_.resize(static_cast<std::size_t>(sqlite3_bind_parameter_count(statement)) + 1);
}

void Statement::check(int result) {
    if (result != SQLITE_OK) throw soci::sqlite3_soci_error(sqlite3_errmsg(database_), result);
}

void Statement::bind(int place, std::string_view text) {
    if (!is_plain(text)) {
        std::string& kept = escaped_[static_cast<std::size_t>(place)];
        escape(kept, text);
        text = kept;
    }
    bind(place, Escaped{text});
}

// A null pointer would be NULL, not the empty text.
void Statement::bind(int place, Escaped e) {
    const char* text = e.text.data() != nullptr ? e.text.data() : "";
    check(sqlite3_bind_text(statement_.get(), place, text, static_cast<int>(e.text.size()), SQLITE_STATIC));
}

void Statement::bind(int place, std::int64_t number) { check(sqlite3_bind_int64(statement_.get(), place, number)); }

void Statement::bind(int place, std::nullptr_t) { check(sqlite3_bind_null(statement_.get(), place)); }

bool Statement::fetch() {
    const int stepped = sqlite3_step(statement_.get());
    if (stepped == SQLITE_ROW) return true;
    if (stepped != SQLITE_DONE) throw soci::sqlite3_soci_error(sqlite3_errmsg(database_), stepped);
    return false;
}

std::string_view Statement::text(int column) const {
    const unsigned char* const text = sqlite3_column_text(statement_.get(), column);  // before its length is asked: this makes it a text
    return {reinterpret_cast<const char*>(text), static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::int64_t Statement::number(int column) const { return sqlite3_column_int64(statement_.get(), column); }

bool Statement::is_null(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }

// What a failed step left is told again by the reset: it was thrown then.
void Statement::done() { sqlite3_reset(statement_.get()); }

int Statement::step() {
    const int stepped = sqlite3_step(statement_.get());
    if (stepped == SQLITE_DONE || stepped == SQLITE_ROW) {
        check(sqlite3_reset(statement_.get()));
        return sqlite3_changes(database_);
    }
    const soci::sqlite3_soci_error error(sqlite3_errmsg(database_), stepped);
    sqlite3_reset(statement_.get());  // it holds no lock from here on, and ROLLBACK finds nothing running
    throw error;
}

}  // namespace offhook::store
