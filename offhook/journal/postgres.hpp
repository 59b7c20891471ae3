// A connection to a PostgreSQL server on which nothing waits for ever: a statement that is not answered in time ends the connection. Values are
// parameters, never part of the text.
//
// libpq itself, not SOCI: that waits without limit for a server that hangs, and gives neither the code of an error nor the tag of a COMMIT, which
// says ROLLBACK, and is no error, where the transaction had failed. Thread rule: one thread.
#pragma once
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/base/time.hpp"
#include "offhook/runtime/closing.hpp"

struct pg_conn;

namespace offhook::journal {

class Postgres {
public:
    struct Failure {
        std::string text;
        bool of_the_row = false;  ///< the server refused what was to be written, and would again; else it may take it later
    };
    /// A row's values as text; nothing: NULL.
    using Value = std::optional<std::string>;
    using Rows = std::vector<std::vector<Value>>;

    /// `connection`: as libpq takes it, "host=... dbname=..." or a URI. `timeout`: of connecting, and of each statement. `closing`: when it is
    /// reached, no statement is waited for any more; null: nobody ends it.
    Postgres(std::string connection, Duration timeout, const runtime::Closing* closing = nullptr)
        : connection_(std::move(connection)), timeout_(timeout), closing_(closing) {}

    /// Connects, unless it is connected.
    [[nodiscard]] std::expected<void, std::string> open();
    void close() { connected_.reset(); }

    [[nodiscard]] std::expected<Rows, Failure> run(const std::string& statement, std::span<const Value> values = {});
    /// Fails where nothing was committed.
    [[nodiscard]] std::expected<void, Failure> commit();
    /// What was open is gone, if need be with the connection.
    void rollback();

private:
    struct Finish {
        void operator()(pg_conn* connection) const noexcept;
    };
    [[nodiscard]] bool wait(bool to_write, Instant until) const;
    [[nodiscard]] bool finish_sending(Instant until) const;
    [[nodiscard]] std::expected<Rows, Failure> read(Instant until, std::string* tag);
    [[nodiscard]] std::expected<Rows, Failure> exchange(const std::string& statement, std::span<const Value> values, std::string* tag);
    [[nodiscard]] Failure lost();

    std::string connection_;
    Duration timeout_;
    const runtime::Closing* closing_;
    std::unique_ptr<pg_conn, Finish> connected_;
};

/// What is wrong with a connection text; nothing: it can be read.
[[nodiscard]] std::string check_connection(const std::string& connection);
/// Where it leads, without the password: "postgresql://host:port/database".
[[nodiscard]] std::string describe_connection(const std::string& connection);

}  // namespace offhook::journal
