#include "offhook/store/schema.hpp"

#include <soci/soci.h>

#include <chrono>
#include <iterator>
#include <span>
#include <tuple>

namespace offhook::store {
namespace {

constexpr const char* first_step[] = {
    R"(CREATE TABLE meta (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        schema_version INTEGER NOT NULL,
        created INTEGER NOT NULL))",
    R"(CREATE TABLE setting (
        key TEXT PRIMARY KEY,
        value TEXT NOT NULL) WITHOUT ROWID)",
    // Two values for each algorithm: phones hash either "alice" or "alice@example.com" as the user name.
    R"(CREATE TABLE user (
        domain TEXT NOT NULL,
        name TEXT NOT NULL,
        realm TEXT NOT NULL,
        md5_plain TEXT NOT NULL,
        md5_full TEXT NOT NULL,
        sha256_plain TEXT NOT NULL,
        sha256_full TEXT NOT NULL,
        sha512_256_plain TEXT NOT NULL,
        sha512_256_full TEXT NOT NULL,
        enabled INTEGER NOT NULL,
        created INTEGER NOT NULL,
        PRIMARY KEY (domain, name)) WITHOUT ROWID)",
    // `position` keeps the order of registration. No index on `expires`: each refresh would write a page more for it. The connection of a flow is not
    // kept: it ends with the process.
    R"(CREATE TABLE binding (
        aor TEXT NOT NULL,
        position INTEGER NOT NULL,
        contact TEXT NOT NULL,
        parameters TEXT NOT NULL,
        q INTEGER NOT NULL,
        expires INTEGER NOT NULL,
        call_id TEXT NOT NULL,
        cseq INTEGER NOT NULL,
        path TEXT NOT NULL,
        user_agent TEXT NOT NULL,
        protocol TEXT NOT NULL,
        listener INTEGER NOT NULL,
        local TEXT NOT NULL,
        remote TEXT NOT NULL,
        behind_nat INTEGER NOT NULL,
        registered INTEGER NOT NULL,
        PRIMARY KEY (aor, position)) WITHOUT ROWID)",
    R"(CREATE TABLE call_record (
        id INTEGER PRIMARY KEY,
        call INTEGER NOT NULL,
        sip_call_id TEXT NOT NULL,
        from_tag TEXT NOT NULL,
        to_tag TEXT NOT NULL,
        user TEXT NOT NULL,
        from_uri TEXT NOT NULL,
        to_uri TEXT NOT NULL,
        request_uri TEXT NOT NULL,
        binding TEXT NOT NULL,
        invited INTEGER NOT NULL,
        ringing INTEGER NOT NULL,
        answered INTEGER NOT NULL,
        ended INTEGER NOT NULL,
        seconds INTEGER NOT NULL,
        end_cause TEXT NOT NULL,
        status INTEGER NOT NULL,
        reason TEXT NOT NULL,
        caller_agent TEXT NOT NULL,
        callee_agent TEXT NOT NULL,
        codecs TEXT NOT NULL,
        source TEXT NOT NULL,
        dialog TEXT NOT NULL))",
    "CREATE INDEX call_record_invited ON call_record (invited, id)",
    "CREATE INDEX call_record_user ON call_record (user, invited, id)",
    "CREATE INDEX call_record_in_progress ON call_record (invited, id) WHERE end_cause = 'none'",
    // AUTOINCREMENT: a sink remembers a seq, so none may ever come twice.
    R"(CREATE TABLE event (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        time INTEGER NOT NULL,
        kind TEXT NOT NULL,
        payload TEXT NOT NULL))",
    R"(CREATE TABLE rejected (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        time INTEGER NOT NULL,
        kind TEXT NOT NULL,
        key TEXT NOT NULL,
        error TEXT NOT NULL,
        payload TEXT NOT NULL))",
};

// What a row costs is pages: the writer gives each event its seq itself (AUTOINCREMENT writes a page more for each group); an event of
// a call names its record instead of repeating it; the calls of those that nobody authenticated are not looked up by user.
constexpr const char* second_step[] = {
    R"(CREATE TABLE next_event (
        seq INTEGER PRIMARY KEY,
        time INTEGER NOT NULL,
        kind TEXT NOT NULL,
        payload TEXT NOT NULL,
        record INTEGER))",
    "INSERT INTO next_event SELECT seq, time, kind, payload, NULL FROM event",
    "INSERT INTO setting SELECT 'last_event', seq FROM sqlite_sequence WHERE name = 'event'",
    "DROP TABLE event",
    "ALTER TABLE next_event RENAME TO event",
    "DROP INDEX call_record_user",
    "CREATE INDEX call_record_user ON call_record (user, invited, id) WHERE user <> ''",
};

// How far each sink of the journal has come.
constexpr const char* third_step[] = {
    R"(CREATE TABLE sink (
        name TEXT PRIMARY KEY,
        position INTEGER NOT NULL) WITHOUT ROWID)",
};

constexpr std::span<const char* const> steps[] = {first_step, second_step, third_step};

int stored_version(soci::session& sql) {
    int tables = 0, version = 0;
    sql << "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'meta'", soci::into(tables);
    if (tables != 0) sql << "SELECT schema_version FROM meta", soci::into(version);
    return version;
}

void run_steps(soci::session& sql, int from, int to) {
    for (int step = from; step < to; ++step)
        for (const char* statement : steps[step]) sql << statement;
    const long long now = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    sql << "INSERT INTO meta (one, schema_version, created) VALUES (1, :version, :now) "
           "ON CONFLICT (one) DO UPDATE SET schema_version = excluded.schema_version",
        soci::use(to), soci::use(now);
}

// False where SQLite has rolled back by itself (disk full, I/O error): then the first error is the one to tell.
bool roll_back(soci::session& sql) {
    try {
        sql << "ROLLBACK";
        return true;
    } catch (const soci::soci_error&) {
        return false;
    }
}

}  // namespace

int schema_version() { return static_cast<int>(std::size(steps)); }

std::expected<void, std::string> migrate(soci::session& sql, int version_wanted) {
    sql << "BEGIN IMMEDIATE";
    try {
        const int version = stored_version(sql);
        if (version > schema_version()) {
            sql << "ROLLBACK";
            return std::unexpected("the database is of version " + std::to_string(version) + ", this program knows up to " +
                                   std::to_string(schema_version()) + ": use the newer offhookd, or restore the backup made before its first start");
        }
        if (version < version_wanted) run_steps(sql, version, version_wanted);
        sql << "COMMIT";
    } catch (...) {
        std::ignore = roll_back(sql);
        throw;
    }
    return {};
}

}  // namespace offhook::store
