#include "offhook/journal/postgresql_sink.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_set>

#include "offhook/base/text.hpp"
#include "offhook/journal/postgresql_rows.hpp"
#include "offhook/store/escape.hpp"

namespace offhook::journal {
namespace {

using Value = Postgres::Value;
using Failure = Postgres::Failure;

constexpr std::string_view our_lock = "SELECT pg_advisory_xact_lock(7306085)";  // two that begin at the same time make the tables one after the other
constexpr std::size_t page = 10'000;

/// The last event of each record, in order: one statement cannot touch a row twice.
std::vector<const store::Event*> last_of_each(std::span<const store::Event> events) {
    std::vector<const store::Event*> last;
    std::unordered_set<std::uint64_t> seen;
    last.reserve(events.size());
    for (std::size_t i = events.size(); i-- != 0;)
        if (seen.insert(events[i].record->id).second) last.push_back(&events[i]);
    std::ranges::reverse(last);
    return last;
}

std::uint64_t number(const Value& value) { return value ? to_number<std::uint64_t>(*value).value_or(0) : 0; }

std::uint64_t id_of(const std::string& hex) {
    std::uint64_t id = 0;
    std::from_chars(hex.data(), hex.data() + hex.size(), id, 16);
    return id;
}

}  // namespace

PostgresqlSink::PostgresqlSink(const SinkConfig& config) : name_(config.name), database_(config.connection, config.timeout, &closing()) {}

std::expected<std::uint64_t, std::string> PostgresqlSink::open(std::uint64_t) {
    if (auto opened = database_.open(); !opened) return std::unexpected("PostgreSQL: " + opened.error());
    if (auto made = make_tables(); !made) {
        database_.rollback();
        return std::unexpected("PostgreSQL: " + made.error().text);
    }
    return position_;
}

// Its position is that of an event that it was given, so it has a row of that call, if only among those that it refused.
std::expected<void, std::string> PostgresqlSink::compare(const store::Event* event) {
    if (event != nullptr && event->record) {
        const Value id = to_hex(event->record->id);
        const auto found = database_.run("SELECT 1 FROM offhook.call_record WHERE id = $1 UNION ALL SELECT 1 FROM offhook.rejected WHERE id = $1", {&id, 1});
        if (!found) return std::unexpected("PostgreSQL: " + found.error().text);
        if (!found->empty()) return {};
    }
    return std::unexpected("PostgreSQL: offhook.sink says that event " + std::to_string(position_) + " is held, which " + describe_difference(event) +
                           " Give the sink another name: it begins anew, and a call that the table has does not come twice");
}

PostgresqlSink::Done PostgresqlSink::make_tables() {
    const auto run = [this](std::string_view statement, std::span<const Value> values = {}) { return database_.run(std::string(statement), values); };
    if (auto begun = run("BEGIN"); !begun) return std::unexpected(begun.error());
    if (auto locked = run(our_lock); !locked) return std::unexpected(locked.error());
    const auto there = run("SELECT to_regclass('offhook.meta')");
    if (!there) return std::unexpected(there.error());
    if (!there->front().front()) {
        for (const std::string_view statement : postgresql_schema())
            if (auto made = run(statement); !made) return std::unexpected(made.error());
        const Value version = std::to_string(postgresql_version);
        if (auto put = run("INSERT INTO offhook.meta (one, schema_version) VALUES (1, $1)", {&version, 1}); !put) return std::unexpected(put.error());
    }
    const auto version = run("SELECT schema_version FROM offhook.meta");
    if (!version) return std::unexpected(version.error());
    if (version->empty() || number(version->front().front()) != postgresql_version)
        return std::unexpected(Failure{"the tables in the schema offhook are of another version: this program knows " +
                                       std::to_string(postgresql_version) + "; use the offhookd that made them, or rename the schema"});
    const Value name = name_;
    if (auto put = run("INSERT INTO offhook.sink (name, position) VALUES ($1, 0) ON CONFLICT DO NOTHING", {&name, 1}); !put)
        return std::unexpected(put.error());
    const auto position = run("SELECT position FROM offhook.sink WHERE name = $1", {&name, 1});
    if (!position) return std::unexpected(position.error());
    if (auto done = database_.commit(); !done) return done;
    position_ = number(position->front().front());
    return {};
}

std::expected<Taken, std::string> PostgresqlSink::deliver(std::span<const store::Event> events) {
    const auto rows = last_of_each(events);
    const std::uint64_t last = events.back().seq;
    auto failed = [&](const Failure& failure) {
        database_.rollback();
        return std::unexpected("PostgreSQL: " + failure.text);
    };
    const auto together = write_together(rows, last);
    if (!together && !together.error().of_the_row) return failed(together.error());
    Taken taken;
    if (!together) {
        database_.rollback();
        auto one_by_one = write_one_by_one(rows, last);
        if (!one_by_one) return failed(one_by_one.error());
        taken = std::move(*one_by_one);
    }
    position_ = last;
    return taken;
}

PostgresqlSink::Done PostgresqlSink::write_together(std::span<const store::Event* const> events, std::uint64_t last) {
    std::vector<Value> values;
    for (const store::Event* event : events) append_record(values, *event);
    if (auto begun = database_.run("BEGIN"); !begun) return std::unexpected(begun.error());
    if (auto put = database_.run(upsert_records(events.size()), values); !put) return std::unexpected(put.error());
    if (auto moved = advance(last); !moved) return moved;
    return database_.commit();
}

// Constraints that wait for the COMMIT would fail there, where nobody could say whose they are.
std::expected<Taken, Failure> PostgresqlSink::write_one_by_one(std::span<const store::Event* const> events, std::uint64_t last) {
    Taken taken;
    for (const char* statement : {"BEGIN", "SET CONSTRAINTS ALL IMMEDIATE"})
        if (auto done = database_.run(statement); !done) return std::unexpected(done.error());
    const std::string upsert = upsert_records(1);
    for (const store::Event* event : events) {
        std::vector<Value> values;
        append_record(values, *event);
        if (auto begun = database_.run("SAVEPOINT one"); !begun) return std::unexpected(begun.error());
        const auto put = database_.run(upsert, values);
        if (!put && !put.error().of_the_row) return std::unexpected(put.error());
        if (auto back = database_.run(put ? "RELEASE one" : "ROLLBACK TO one"); !back) return std::unexpected(back.error());
        if (put) continue;
        if (taken.refused++ == 0) taken.reason = put.error().text;
        if (auto kept = put_aside(*event, put.error().text); !kept) return std::unexpected(kept.error());
    }
    if (auto moved = advance(last); !moved) return std::unexpected(moved.error());
    if (auto done = database_.commit(); !done) return std::unexpected(done.error());
    return taken;
}

PostgresqlSink::Done PostgresqlSink::put_aside(const store::Event& event, const std::string& why) {
    const Value values[] = {name_, std::to_string(event.seq), to_hex(event.record->id), why, event.payload};
    if (auto put = database_.run("INSERT INTO offhook.rejected (sink, event, id, error, payload) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
                                 values);
        !put)
        return std::unexpected(put.error());
    return {};
}

// Only from where it was: what an earlier connection has committed after we gave it up, or another server of the same name, is not gone over.
PostgresqlSink::Done PostgresqlSink::advance(std::uint64_t last) {
    const Value values[] = {std::to_string(last), name_, std::to_string(position_)};
    const auto moved = database_.run("UPDATE offhook.sink SET position = $1 WHERE name = $2 AND position = $3 RETURNING position", values);
    if (!moved) return std::unexpected(moved.error());
    if (moved->empty())
        return std::unexpected(Failure{"another connection has moved the position of this sink meanwhile: does a second server use its name?"});
    return {};
}

std::expected<PostgresqlCalls, std::string> calls_in_postgresql(const SinkConfig& config) {
    Postgres database(config.connection, config.timeout);
    if (auto opened = database.open(); !opened) return std::unexpected("PostgreSQL: " + opened.error());
    PostgresqlCalls calls;
    const auto read = [&](const std::string& statement, std::vector<std::uint64_t>& out) -> std::expected<void, std::string> {
        for (Value after = "";;) {
            const auto rows = database.run(statement, {&after, 1});
            if (!rows) return std::unexpected("PostgreSQL: " + rows.error().text);
            for (const auto& row : *rows) out.push_back(id_of(*row.front()));
            if (rows->size() < page) return {};
            after = rows->back().front();
        }
    };
    const std::string limit = " > $1 ORDER BY id LIMIT " + std::to_string(page);
    if (auto done = read("SELECT id FROM offhook.call_record WHERE end_cause <> 'none' AND id" + limit, calls.held); !done)
        return std::unexpected(done.error());
    if (auto done = read(
            "SELECT DISTINCT id FROM offhook.rejected WHERE NOT EXISTS (SELECT FROM offhook.call_record AS stored WHERE stored.id = rejected.id AND "
            "end_cause <> 'none') AND id" +
                limit,
            calls.refused);
        !done)
        return std::unexpected(done.error());
    return calls;
}

}  // namespace offhook::journal
