// A sink that is a table of call records in PostgreSQL: one row for each call, as its last event has it. Exactly once: the position is kept in the
// same database and moves in the transaction of the rows, so whoever is killed, what is there is what the position says.
//
//   page ──one statement, one transaction──► held
//     └──the server refuses a value──► ROLLBACK ──► row by row, what is refused into offhook.rejected ──► held
//     └──anything else──► ROLLBACK, and the page is offered again
#pragma once
#include "offhook/journal/config.hpp"
#include "offhook/journal/postgres.hpp"
#include "offhook/journal/sink.hpp"

namespace offhook::journal {

class PostgresqlSink final : public Sink {
public:
    explicit PostgresqlSink(const SinkConfig& config);
    /// Connects, and makes the tables where there are none. What the database says is where it stands, though the caller knows better: it may have
    /// been restored from a copy, or be a new one.
    [[nodiscard]] std::expected<std::uint64_t, std::string> open(std::uint64_t position) override;
    [[nodiscard]] std::expected<void, std::string> compare(const store::Event* event) override;
    [[nodiscard]] std::expected<Taken, std::string> deliver(std::span<const store::Event> events) override;

private:
    using Done = std::expected<void, Postgres::Failure>;
    [[nodiscard]] Done make_tables();
    [[nodiscard]] Done write_together(std::span<const store::Event* const> events, std::uint64_t last);
    [[nodiscard]] std::expected<Taken, Postgres::Failure> write_one_by_one(std::span<const store::Event* const> events, std::uint64_t last);
    [[nodiscard]] Done put_aside(const store::Event& event, const std::string& why);
    [[nodiscard]] Done advance(std::uint64_t last);

    std::string name_;
    Postgres database_;
    std::uint64_t position_ = 0;  ///< as the database has it
};

/// The calls that ended, of which the database has a row, and of which it only has what it refused.
struct PostgresqlCalls {
    std::vector<std::uint64_t> held, refused;
};
[[nodiscard]] std::expected<PostgresqlCalls, std::string> calls_in_postgresql(const SinkConfig& config);

}  // namespace offhook::journal
