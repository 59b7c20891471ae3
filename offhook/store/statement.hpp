// A prepared statement on SQLite itself, for what is written thousands of times a second or read a million times at the start: values are bound
// and read where they lie, nothing is copied and nothing looked up by name. All else goes through SOCI. Throws soci::sqlite3_soci_error. Thread rule:
// that of its session.
#pragma once
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/base/time.hpp"

namespace offhook::store {

/// Text that escape() has seen already: it is bound as it is.
struct Escaped {
    std::string_view text;
};

class Statement {
public:
    Statement(soci::session& sql, std::string_view text);

    /// Binds the values from the first place on and runs a statement without results; returns the rows touched. Text is escaped
    /// (escape.hpp) where it must be, and stays where it is until then.
    int run(const auto&... values) {
        int place = 0;
        (bind(++place, values), ...);
        return step();
    }
    /// Binds the values and starts a statement with results, which fetch() gives. The values stay where they are until the last row.
    void start(const auto&... values) {
        done();
        int place = 0;
        (bind(++place, values), ...);
    }
    /// The next row; false after the last.
    [[nodiscard]] bool fetch();
    /// Of the row, by column from 0; text until the next row.
    [[nodiscard]] std::string_view text(int column) const;
    [[nodiscard]] std::int64_t number(int column) const;
    [[nodiscard]] bool is_null(int column) const;
    /// No further row is wanted.
    void done();

private:
    struct Finalize {
        void operator()(sqlite_api::sqlite3_stmt* statement) const { sqlite_api::sqlite3_finalize(statement); }
    };
    void bind(int place, std::string_view text);
    void bind(int place, const std::string& text) { bind(place, std::string_view(text)); }
    void bind(int place, Escaped text);
    void bind(int place, std::int64_t number);
    void bind(int place, UtcTime time) { bind(place, std::int64_t{time.time_since_epoch().count()}); }
    void bind(int place, std::nullptr_t);
    int step();
    void check(int result);

    sqlite_api::sqlite3* database_;
    std::unique_ptr<sqlite_api::sqlite3_stmt, Finalize> statement_;
    std::vector<std::string> escaped_;  ///< by place, their memory kept
};

}  // namespace offhook::store
