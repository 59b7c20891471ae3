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

// Who pays for calls, what they cost, and what is promised to those in progress. Amounts are millionths of the currency's unit.
constexpr const char* fourth_step[] = {
    R"(CREATE TABLE tariff (
        name TEXT PRIMARY KEY,
        currency TEXT NOT NULL,
        zone TEXT NOT NULL,
        free_on_net INTEGER NOT NULL,
        row_count INTEGER NOT NULL,
        imported INTEGER NOT NULL,
        rows TEXT NOT NULL))",
    R"(CREATE TABLE account (
        name TEXT PRIMARY KEY,
        currency TEXT NOT NULL,
        prepaid INTEGER NOT NULL,
        balance INTEGER NOT NULL,
        reserved INTEGER NOT NULL CHECK (reserved >= 0),
        tariff TEXT NOT NULL,
        caller_group TEXT NOT NULL,
        locked INTEGER NOT NULL,
        lock_reason TEXT NOT NULL,
        calls_of_user INTEGER NOT NULL,
        calls_of_account INTEGER NOT NULL,
        calls_per_hour INTEGER NOT NULL,
        calls_per_day INTEGER NOT NULL,
        spend_per_hour INTEGER NOT NULL,
        spend_per_day INTEGER NOT NULL,
        blocked TEXT NOT NULL,
        allowed TEXT NOT NULL,
        premium TEXT NOT NULL,
        burst INTEGER NOT NULL,
        burst_minutes INTEGER NOT NULL,
        networks INTEGER NOT NULL,
        created INTEGER NOT NULL,
        CHECK (prepaid = 0 OR balance >= reserved)) WITHOUT ROWID)",
    "CREATE INDEX account_tariff ON account (tariff)",
    // The key makes a payment that is told twice one payment.
    R"(CREATE TABLE payment (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        account TEXT NOT NULL,
        reference TEXT NOT NULL,
        time INTEGER NOT NULL,
        amount INTEGER NOT NULL,
        balance INTEGER NOT NULL,
        note TEXT NOT NULL))",
    "CREATE UNIQUE INDEX payment_reference ON payment (account, reference)",
    "CREATE INDEX payment_account ON payment (account, id)",
    R"(CREATE TABLE reservation (
        record INTEGER PRIMARY KEY,
        account TEXT NOT NULL,
        user TEXT NOT NULL,
        tariff TEXT NOT NULL,
        destination TEXT NOT NULL,
        caller_group TEXT NOT NULL,
        on_net INTEGER NOT NULL,
        at INTEGER NOT NULL,
        answered INTEGER NOT NULL,
        amount INTEGER NOT NULL,
        lasts INTEGER NOT NULL))",
    "CREATE INDEX reservation_account ON reservation (account, user)",
    // `hour` counts from 1970. Rows older than the day before are removed when a new hour begins.
    R"(CREATE TABLE usage (
        account TEXT NOT NULL,
        hour INTEGER NOT NULL,
        calls INTEGER NOT NULL,
        spend INTEGER NOT NULL,
        PRIMARY KEY (account, hour)) WITHOUT ROWID)",
    R"(CREATE TABLE premium_use (
        account TEXT NOT NULL,
        destination TEXT NOT NULL,
        first INTEGER NOT NULL,
        last INTEGER NOT NULL,
        PRIMARY KEY (account, destination)) WITHOUT ROWID)",
    R"(CREATE TABLE network_use (
        account TEXT NOT NULL,
        network TEXT NOT NULL,
        last INTEGER NOT NULL,
        PRIMARY KEY (account, network)) WITHOUT ROWID)",
    "ALTER TABLE user ADD COLUMN account TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX user_account ON user (account) WHERE account <> ''",
    "ALTER TABLE call_record ADD COLUMN account TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE call_record ADD COLUMN destination TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE call_record ADD COLUMN on_net INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE call_record ADD COLUMN rule TEXT NOT NULL DEFAULT ''",
    // NULL until it is rated.
    "ALTER TABLE call_record ADD COLUMN price INTEGER",
    "ALTER TABLE call_record ADD COLUMN currency TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE call_record ADD COLUMN tariff TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE call_record ADD COLUMN prefix TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE call_record ADD COLUMN increments INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE call_record ADD COLUMN charged_seconds INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX call_record_account ON call_record (account, invited, id) WHERE account <> ''",
};

constexpr std::span<const char* const> steps[] = {first_step, second_step, third_step, fourth_step};

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
