#include "offhook/store/write_session.hpp"

#include <openssl/rand.h>
#include <soci/soci.h>

#include <algorithm>
#include <optional>

#include "offhook/base/text.hpp"
#include "offhook/store/account_writes.hpp"
#include "offhook/store/connect.hpp"
#include "offhook/store/corrections.hpp"
#include "offhook/store/escape.hpp"
#include "offhook/store/event.hpp"
#include "offhook/store/journal_rows.hpp"
#include "offhook/store/ledger.hpp"
#include "offhook/store/names.hpp"
#include "offhook/store/rated_rows.hpp"
#include "offhook/store/schema.hpp"
#include "offhook/store/statement.hpp"
#include "offhook/store/tariff_writes.hpp"

namespace offhook::store {
namespace {

using soci::use;

long long microseconds(UtcTime t) { return t.time_since_epoch().count(); }

// Prepared when first needed: after a rollback none is left.
template <class Make>
soci::statement& run(std::optional<soci::statement>& statement, Make make) {
    if (!statement) statement.emplace(make());
    statement->execute(true);
    return *statement;
}

template <class Function>
auto guarded(Function&& function) -> Outcome<decltype(function())> {
    try {
        if constexpr (std::is_void_v<decltype(function())>) {
            function();
            return {};
        } else {
            return function();
        }
    } catch (const soci::soci_error&) {
        return std::unexpected(current_failure());
    }
}

// What the statements of users are bound to: filled, then executed.
struct UserRow {
    std::string domain, name, realm, account;
    std::string ha1[auth::algorithm_count * 2];
    int enabled = 0;
    long long created = 0;
};

void fill(UserRow& row, const auth::User& u) {
    escape(row.domain, u.domain);
    escape(row.name, u.name);
    escape(row.realm, u.realm);
    escape(row.account, u.account);
    for (std::size_t a = 0; a < auth::algorithm_count; ++a) {
        row.ha1[2 * a] = u.ha1[a].plain_name;
        row.ha1[2 * a + 1] = u.ha1[a].full_name;
    }
    row.enabled = u.enabled ? 1 : 0;
}

// Of the row as it is written: the connection of a flow is not.
bool same_row(const location::Binding& a, const location::Binding& b) {
    return a.contact == b.contact && a.parameters == b.parameters && a.q == b.q && a.expires == b.expires && a.call_id == b.call_id &&
           a.cseq == b.cseq && a.path == b.path && a.user_agent == b.user_agent && a.flow.protocol == b.flow.protocol &&
           a.flow.listener == b.flow.listener && a.flow.local == b.flow.local && a.flow.remote == b.flow.remote && a.behind_nat == b.behind_nat &&
           a.registered == b.registered;
}

constexpr std::chrono::milliseconds busy_wait{100};  // for another program's lock: the writer tries again by itself, for as long as it promises

bool holds(const location::BindingSet* set, std::string_view contact) {
    return set != nullptr && std::ranges::any_of(set->bindings, [&](const location::Binding& b) { return b.contact == contact; });
}

bool names_account(UserChange::Kind kind) { return kind == UserChange::Kind::add || kind == UserChange::Kind::set_account; }

constexpr EventKind user_events[] = {EventKind::user_added, EventKind::user_removed, EventKind::password_changed, EventKind::user_changed,
                                     EventKind::user_changed};

}  // namespace

struct WriteSession::Statements {
    Statements(const TariffTable& tariffs, Duration first_slice) : ledger(sql, accounts, tariffs), slice(first_slice) {}

    soci::session sql;
    JournalRows journal{sql};
    AccountWrites accounts{sql, journal};
    Ledger ledger;
    Duration slice;  ///< what a call is granted at first
    std::string payload;
    UserRow user;
    struct Prepared {
        std::optional<Statement> begin, commit, put_binding, trim_bindings, put_record, update_record, put_rated, put_position;
        std::optional<soci::statement> add_user, remove_user, set_password, set_enabled, set_account;
    } prepared;

    int execute(std::optional<Statement>& statement, std::string_view text, const auto&... values) {
        if (!statement) statement.emplace(sql, text);
        return statement->run(values...);
    }
    /// Exactly these have a position: a new one begins with the oldest event, a forgotten one does not hold back the purge.
    void keep_sinks(const std::vector<std::string>& names);
    void write_binding(std::string_view address_of_record, std::size_t position, const location::Binding& binding);
    void write_record(const accounting::CallRecord& record);
    /// False if there is no such record.
    bool update_record(const accounting::CallRecord& record);
    /// Rows touched: 0 if the user is there already (add) or is not there (the others).
    long long write_user(UserChange::Kind kind);
};

void WriteSession::Statements::keep_sinks(const std::vector<std::string>& names) {
    std::vector<std::string> stored(64);
    sql << "SELECT name FROM sink", soci::into(stored);
    for (const std::string& name : stored)
        if (std::ranges::find(names, name) == names.end()) sql << "DELETE FROM sink WHERE name = :name", use(name);
    for (const std::string& name : names) sql << "INSERT OR IGNORE INTO sink (name, position) VALUES (:name, 0)", use(name);
}

void WriteSession::Statements::write_binding(std::string_view address_of_record, std::size_t position, const location::Binding& b) {
    const std::string local = b.flow.local.text(), remote = b.flow.remote.text();
    execute(prepared.put_binding,
            "INSERT OR REPLACE INTO binding (aor, position, contact, parameters, q, expires, call_id, cseq, path, user_agent, protocol, listener, "
            "local, remote, behind_nat, registered) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            address_of_record, static_cast<std::int64_t>(position), b.contact, b.parameters, std::int64_t{b.q}, b.expires, b.call_id,
            std::int64_t{b.cseq}, b.path, b.user_agent, name_of(b.flow.protocol), std::int64_t{b.flow.listener}, local, remote,
            std::int64_t{b.behind_nat}, b.registered);
}

void WriteSession::Statements::write_record(const accounting::CallRecord& r) {
    execute(
        prepared.put_record,
        "INSERT INTO call_record (id, call, sip_call_id, from_tag, to_tag, user, from_uri, to_uri, request_uri, binding, invited, ringing, answered, "
        "ended, seconds, end_cause, status, reason, caller_agent, callee_agent, codecs, source, dialog, account, destination, on_net, rule) VALUES (?, "
        "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET call = excluded.call, sip_call_id "
        "= excluded.sip_call_id, from_tag = excluded.from_tag, to_tag = excluded.to_tag, user = excluded.user, from_uri = excluded.from_uri, to_uri = "
        "excluded.to_uri, request_uri = excluded.request_uri, binding = excluded.binding, invited = excluded.invited, ringing = excluded.ringing, "
        "answered = excluded.answered, ended = excluded.ended, seconds = excluded.seconds, end_cause = excluded.end_cause, status = excluded.status, "
        "reason = excluded.reason, caller_agent = excluded.caller_agent, callee_agent = excluded.callee_agent, codecs = excluded.codecs, source = "
        "excluded.source, dialog = excluded.dialog, account = excluded.account, destination = excluded.destination, on_net = excluded.on_net, rule = "
        "excluded.rule",
        static_cast<std::int64_t>(r.id), static_cast<std::int64_t>(r.call), r.sip_call_id, r.from_tag, r.to_tag, r.user, r.from_uri, r.to_uri,
        r.request_uri, r.binding, r.invited, r.ringing, r.answered, r.ended, r.seconds, name_of(r.end), std::int64_t{r.status}, r.reason,
        r.caller_agent, r.callee_agent, r.codecs, r.source, r.dialog, r.account, r.destination, std::int64_t{r.on_net}, charging::text_of(r.rule));
}

// The facts of the INVITE stay as they are, and with them two of the three indexes.
bool WriteSession::Statements::update_record(const accounting::CallRecord& r) {
    return execute(
               prepared.update_record,
               "UPDATE call_record SET to_tag = ?, binding = ?, ringing = ?, answered = ?, ended = ?, seconds = ?, end_cause = ?, status = ?, reason "
               "= ?, callee_agent = ?, codecs = ?, dialog = ?, rule = ? WHERE id = ?",
               r.to_tag, r.binding, r.ringing, r.answered, r.ended, r.seconds, name_of(r.end), std::int64_t{r.status}, r.reason, r.callee_agent,
               r.codecs, r.dialog, charging::text_of(r.rule), static_cast<std::int64_t>(r.id)) != 0;
}

long long WriteSession::Statements::write_user(UserChange::Kind kind) {
    UserRow& u = user;
    switch (kind) {
        case UserChange::Kind::add:
            return run(prepared.add_user,
                       [&] {
                           return (sql.prepare
                                       << "INSERT INTO user (domain, name, realm, md5_plain, md5_full, sha256_plain, sha256_full, sha512_256_plain, "
                                          "sha512_256_full, enabled, created, account) VALUES (:domain, :name, :realm, :a, :b, :c, :d, :e, :f, "
                                          ":enabled, :created, :account) "
                                          "ON CONFLICT (domain, name) DO NOTHING",
                                   use(u.domain), use(u.name), use(u.realm), use(u.ha1[0]), use(u.ha1[1]), use(u.ha1[2]), use(u.ha1[3]),
                                   use(u.ha1[4]), use(u.ha1[5]), use(u.enabled), use(u.created), use(u.account));
                       })
                .get_affected_rows();
        case UserChange::Kind::remove:
            return run(prepared.remove_user,
                       [&] { return (sql.prepare << "DELETE FROM user WHERE domain = :domain AND name = :name", use(u.domain), use(u.name)); })
                .get_affected_rows();
        case UserChange::Kind::set_password:
            return run(prepared.set_password,
                       [&] {
                           return (
                               sql.prepare << "UPDATE user SET realm = :realm, md5_plain = :a, md5_full = :b, sha256_plain = :c, sha256_full = :d, "
                                              "sha512_256_plain = :e, sha512_256_full = :f WHERE domain = :domain AND name = :name",
                               use(u.realm), use(u.ha1[0]), use(u.ha1[1]), use(u.ha1[2]), use(u.ha1[3]), use(u.ha1[4]), use(u.ha1[5]), use(u.domain),
                               use(u.name));
                       })
                .get_affected_rows();
        case UserChange::Kind::set_enabled:
            return run(prepared.set_enabled,
                       [&] {
                           return (sql.prepare << "UPDATE user SET enabled = :enabled WHERE domain = :domain AND name = :name", use(u.enabled),
                                   use(u.domain), use(u.name));
                       })
                .get_affected_rows();
        case UserChange::Kind::set_account:
            return run(prepared.set_account,
                       [&] {
                           return (sql.prepare << "UPDATE user SET account = :account WHERE domain = :domain AND name = :name", use(u.account),
                                   use(u.domain), use(u.name));
                       })
                .get_affected_rows();
    }
    return 0;
}

std::expected<std::unique_ptr<WriteSession>, std::string> WriteSession::open(const Config& config, TariffTable& tariffs) {
    if (std::string error = prepare_file(config.path); !error.empty()) return std::unexpected(error);
    auto statements = std::make_unique<Statements>(tariffs, config.slice);
    try {
        connect(statements->sql, config, true);
        if (auto migrated = migrate(statements->sql); !migrated) return std::unexpected(config.path + ": " + migrated.error());
        statements->journal.read_last();
        statements->keep_sinks(config.sinks);
        auto stored = read_tariffs(statements->sql);
        if (!stored) return std::unexpected(config.path + ": " + stored.error());
        for (auto& tariff : *stored) tariffs.put(std::move(tariff));
        statements->ledger.give_back_lost();
        limit_wait(statements->sql, busy_wait);
    } catch (const soci::soci_error&) {
        return std::unexpected("cannot open the database " + config.path + ": " + current_failure().text);
    }
    return std::unique_ptr<WriteSession>(new WriteSession(std::move(statements)));
}

WriteSession::WriteSession(std::unique_ptr<Statements> statements) : statements_(std::move(statements)) {}
WriteSession::~WriteSession() = default;

Outcome<void> WriteSession::begin() {
    return guarded([&] { statements_->execute(statements_->prepared.begin, "BEGIN IMMEDIATE"); });
}

Outcome<void> WriteSession::commit() {
    return guarded([&] {
        statements_->execute(statements_->prepared.commit, "COMMIT");
        statements_->journal.on_commit();
    });
}

void WriteSession::rollback() {
    statements_->prepared = {};
    statements_->journal.on_rollback();
    statements_->ledger.on_rollback();
    // "No transaction is active": SQLite has rolled back by itself, as it does on a full disk.
    std::ignore = guarded([&] { statements_->sql << "ROLLBACK"; });
}

Outcome<void> WriteSession::put_bindings(const location::BindingSet* previous, const location::BindingSet& next, UtcTime now) {
    return guarded([&] {
        Statements& s = *statements_;
        const std::size_t before = previous != nullptr ? previous->bindings.size() : 0;
        for (std::size_t i = 0; i < next.bindings.size(); ++i) {
            if (i < before && same_row(previous->bindings[i], next.bindings[i])) continue;
            s.write_binding(next.address_of_record, i, next.bindings[i]);
        }
        if (previous == nullptr || before > next.bindings.size()) {
            s.execute(s.prepared.trim_bindings, "DELETE FROM binding WHERE aor = ? AND position >= ?", next.address_of_record,
                      static_cast<std::int64_t>(next.bindings.size()));
        }
        // The journal tells of contacts that came and went; a refresh changes neither and costs no row there.
        const auto tell = [&](const location::BindingSet* where, const location::BindingSet* not_in, EventKind kind) {
            if (where == nullptr) return;
            for (const location::Binding& b : where->bindings) {
                if (holds(not_in, b.contact)) continue;
                s.payload.clear();
                append_event(s.payload, next.address_of_record, b);
                s.journal.add(kind, s.payload, now);
            }
        };
        tell(previous, &next, EventKind::unregistered);
        tell(&next, previous, EventKind::registered);
    });
}

Outcome<void> WriteSession::put_record(const accounting::CallRecord& record, bool known, EventKind event, UtcTime now) {
    return guarded([&] {
        Statements& s = *statements_;
        std::optional<accounting::RatedPrice> rated;
        if (!record.in_progress() && !record.account.empty()) rated = s.ledger.settle(record);
        if (!known || !s.update_record(record)) s.write_record(record);
        if (rated) write_rated(s.prepared.put_rated, s.sql, record.id, *rated);
        s.journal.add(event, record.id, now);
    });
}

Outcome<accounting::Grant> WriteSession::charge(const Charge& charge, UtcTime now) {
    return guarded([&] {
        Statements& s = *statements_;
        return charge.extends ? s.ledger.extend(charge.request, charge.wanted) : s.ledger.authorise(charge.request, s.slice, now);
    });
}

Outcome<AdminResult> WriteSession::change(const AdminRequest& request, UtcTime now) {
    return guarded([&]() -> AdminResult {
        Statements& s = *statements_;
        if (const auto* account = std::get_if<AccountChange>(&request.change)) return s.accounts.apply(*account, now);
        if (const auto* tariff = std::get_if<TariffChange>(&request.change)) return write_tariff(s.sql, s.journal, *tariff, now);
        if (const auto* corrections = std::get_if<std::vector<Correction>>(&request.change)) {
            correct(s.sql, s.journal, *corrections, now);
            return {};
        }
        return change_users(std::get<std::vector<UserChange>>(request.change), now);
    });
}

AdminResult WriteSession::change_users(const std::vector<UserChange>& changes, UtcTime now) {
    Statements& s = *statements_;
    const bool several = changes.size() > 1;
    const std::int64_t last_event = s.journal.last();
    if (several) s.sql << "SAVEPOINT request";
    for (const UserChange& change : changes) {
        std::optional<AdminError> error;
        if (!change.user.account.empty() && names_account(change.kind) && !s.accounts.exists(change.user.account)) {
            error = {AdminError::Code::invalid, "account " + change.user.account + " does not exist: add it first", change.line};
        } else {
            fill(s.user, change.user);
            s.user.created = microseconds(now);
            const bool add = change.kind == UserChange::Kind::add;
            if (s.write_user(change.kind) == 0)
                error = {add ? AdminError::Code::exists : AdminError::Code::not_found,
                         full_name(change.user) + (add ? " exists already" : " does not exist"), change.line};
        }
        if (error) {
            if (several) s.sql << "ROLLBACK TO request";
            if (several) s.sql << "RELEASE request";
            s.journal.go_back_to(last_event);
            return std::unexpected(std::move(*error));
        }
        s.payload.clear();
        append_event(s.payload, change);
        s.journal.add(user_events[static_cast<std::size_t>(change.kind)], s.payload, now);
    }
    if (several) s.sql << "RELEASE request";
    return {};
}

Outcome<void> WriteSession::reject(std::string_view kind, std::string_view key, std::string_view error, std::string_view payload, UtcTime now) {
    return guarded([&] {
        const std::string what(kind), which = escaped(key), why = escaped(error), row(payload);
        const long long time = microseconds(now);
        statements_->sql << "INSERT INTO rejected (time, kind, key, error, payload) VALUES (:time, :kind, :key, :error, :payload)", use(time),
            use(what), use(which), use(why), use(row);
    });
}

Outcome<WriteSession::Expired> WriteSession::look_for_expired(const Place& after, UtcTime before, int limit) {
    return guarded([&] {
        Expired found;
        const std::string from = escaped(after.address_of_record);
        const long long time = microseconds(before);
        std::string aor;
        int position = 0, seen = 0;
        long long expires = 0;
        soci::statement look = (statements_->sql.prepare << "SELECT aor, position, expires FROM binding WHERE (aor, position) > (:aor, :position) "
                                                            "ORDER BY aor, position LIMIT :limit",
                                use(from), use(after.position), use(limit), soci::into(aor), soci::into(position), soci::into(expires));
        look.execute();
        for (; look.fetch(); ++seen) {
            std::string address = unescaped(aor);
            if (expires < time && (found.addresses.empty() || found.addresses.back() != address)) found.addresses.push_back(address);
            found.next = {std::move(address), position};
        }
        if (seen < limit) found.next = {};
        return found;
    });
}

Outcome<void> WriteSession::put_position(const SinkPosition& sink) {
    return guarded([&] {
        statements_->execute(statements_->prepared.put_position, "INSERT OR REPLACE INTO sink (name, position) VALUES (?, ?)", sink.name,
                             static_cast<std::int64_t>(sink.seq));
    });
}

std::uint64_t WriteSession::last_event() const { return static_cast<std::uint64_t>(statements_->journal.committed()); }

Outcome<long long> WriteSession::purge_events(UtcTime before, int limit) {
    return guarded([&] {
        const long long time = microseconds(before);
        // Events are in order of time as in order of seq: only the oldest are looked at.
        soci::statement purge =
            (statements_->sql.prepare << "DELETE FROM event WHERE seq IN (SELECT seq FROM event ORDER BY seq LIMIT :limit) AND time < :before "
                                        "AND seq <= (SELECT coalesce(min(position), 9223372036854775807) FROM sink)",
             use(limit), use(time));
        purge.execute(true);
        const long long purged = purge.get_affected_rows();
        if (purged == 0) return purged;
        const std::string last = std::to_string(statements_->journal.last());
        statements_->sql << "INSERT OR REPLACE INTO setting (key, value) VALUES ('last_event', :value)", use(last);
        return purged;
    });
}

Outcome<std::string> WriteSession::secret(std::string_view key) {
    return guarded([&]() -> std::string {
        const std::string name(key);
        std::string value;
        statements_->sql << "SELECT value FROM setting WHERE key = :key", use(name), soci::into(value);
        if (const auto octets = from_hex(value); octets && octets->size() == 32) return *octets;
        unsigned char fresh[32];
        if (RAND_bytes(fresh, sizeof fresh) != 1) throw soci::soci_error("no random octets to be had for the key " + name);
        std::string octets(reinterpret_cast<const char*>(fresh), sizeof fresh);
        value = to_hex(octets);
        statements_->sql << "INSERT OR REPLACE INTO setting (key, value) VALUES (:key, :value)", use(name), use(value);
        return octets;
    });
}

Outcome<void> WriteSession::probe(UtcTime now) {
    return guarded([&] {
        const std::string value = std::to_string(microseconds(now));
        statements_->sql << "INSERT OR REPLACE INTO setting (key, value) VALUES ('last_probe', :value)", use(value);
    });
}

void WriteSession::checkpoint() {
    std::ignore = guarded([&] {
        statements_->prepared = {};
        statements_->sql << "PRAGMA wal_checkpoint(TRUNCATE)";
    });
}

}  // namespace offhook::store
