#include "offhook/store/write_session.hpp"

#include <openssl/rand.h>
#include <soci/soci.h>

#include <algorithm>
#include <optional>

#include "offhook/base/text.hpp"
#include "offhook/store/connect.hpp"
#include "offhook/store/escape.hpp"
#include "offhook/store/event.hpp"
#include "offhook/store/names.hpp"
#include "offhook/store/schema.hpp"

namespace offhook::store {
namespace {

using soci::use;
using Statement = std::optional<soci::statement>;

long long microseconds(UtcTime t) { return t.time_since_epoch().count(); }

template <class Make>
soci::statement& run(Statement& statement, Make make) {
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

// What the statements are bound to: filled, then executed. Strings keep their capacity from row to row.
struct BindingRow {
    std::string aor, contact, parameters, call_id, path, user_agent, protocol, local, remote;
    long long expires = 0, cseq = 0, registered = 0;
    int position = 0, q = 0, listener = 0, behind_nat = 0;
};
struct RecordRow {
    long long id = 0, call = 0, invited = 0, ringing = 0, answered = 0, ended = 0, seconds = 0;
    int status = 0;
    std::string sip_call_id, from_tag, to_tag, user, from_uri, to_uri, request_uri, binding, end_cause, reason, caller_agent, callee_agent, codecs,
        source, dialog;
};
struct EventRow {
    long long time = 0;
    std::string kind, payload;
};
struct UserRow {
    std::string domain, name, realm;
    std::string ha1[auth::algorithm_count * 2];
    int enabled = 0;
    long long created = 0;
};

void fill(BindingRow& row, const location::Binding& b, std::size_t position) {
    row.position = static_cast<int>(position);
    escape(row.contact, b.contact);
    escape(row.parameters, b.parameters);
    row.q = b.q;
    row.expires = microseconds(b.expires);
    escape(row.call_id, b.call_id);
    row.cseq = b.cseq;
    escape(row.path, b.path);
    escape(row.user_agent, b.user_agent);
    row.protocol = name_of(b.flow.protocol);
    row.listener = b.flow.listener;
    row.local = b.flow.local.text();
    row.remote = b.flow.remote.text();
    row.behind_nat = b.behind_nat ? 1 : 0;
    row.registered = microseconds(b.registered);
}

void fill(RecordRow& row, const accounting::CallRecord& r) {
    row.id = static_cast<long long>(r.id);
    row.call = static_cast<long long>(r.call);
    escape(row.sip_call_id, r.sip_call_id);
    escape(row.from_tag, r.from_tag);
    escape(row.to_tag, r.to_tag);
    escape(row.user, r.user);
    escape(row.from_uri, r.from_uri);
    escape(row.to_uri, r.to_uri);
    escape(row.request_uri, r.request_uri);
    escape(row.binding, r.binding);
    row.invited = microseconds(r.invited);
    row.ringing = microseconds(r.ringing);
    row.answered = microseconds(r.answered);
    row.ended = microseconds(r.ended);
    row.seconds = r.seconds;
    row.end_cause = name_of(r.end);
    row.status = r.status;
    escape(row.reason, r.reason);
    escape(row.caller_agent, r.caller_agent);
    escape(row.callee_agent, r.callee_agent);
    escape(row.codecs, r.codecs);
    escape(row.source, r.source);
    escape(row.dialog, r.dialog);
}

void fill(UserRow& row, const auth::User& u) {
    escape(row.domain, u.domain);
    escape(row.name, u.name);
    escape(row.realm, u.realm);
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

bool holds(const location::BindingSet* set, const std::string& contact) {
    return set != nullptr && std::ranges::any_of(set->bindings, [&](const location::Binding& b) { return b.contact == contact; });
}

constexpr std::string_view kind_names[] = {"user_added", "user_removed", "password_changed", "user_changed"};

}  // namespace

struct WriteSession::Statements {
    soci::session sql;
    BindingRow binding;
    RecordRow record;
    EventRow event;
    UserRow user;
    struct Prepared {
        Statement begin, commit, put_binding, trim_bindings, put_record, put_event, add_user, remove_user, set_password, set_enabled;
    } prepared;

    void add_event(std::string_view kind, UtcTime now) {
        event.kind = kind;
        event.time = microseconds(now);
        run(prepared.put_event, [&] {
            return (sql.prepare << "INSERT INTO event (time, kind, payload) VALUES (:time, :kind, :payload)", use(event.time), use(event.kind),
                    use(event.payload));
        });
    }
    void write_binding();
    void write_record();
    /// Rows touched: 0 if the user is there already (add) or is not there (the others).
    long long write_user(UserChange::Kind kind);
};

void WriteSession::Statements::write_binding() {
    run(prepared.put_binding, [&] {
        BindingRow& b = binding;
        return (sql.prepare
                    << "INSERT OR REPLACE INTO binding (aor, position, contact, parameters, q, expires, call_id, cseq, path, user_agent, protocol, "
                       "listener, local, remote, behind_nat, registered) VALUES (:aor, :position, :contact, :parameters, :q, :expires, :call_id, "
                       ":cseq, :path, :user_agent, :protocol, :listener, :local, :remote, :behind_nat, :registered)",
                use(b.aor), use(b.position), use(b.contact), use(b.parameters), use(b.q), use(b.expires), use(b.call_id), use(b.cseq), use(b.path),
                use(b.user_agent), use(b.protocol), use(b.listener), use(b.local), use(b.remote), use(b.behind_nat), use(b.registered));
    });
}

void WriteSession::Statements::write_record() {
    run(prepared.put_record, [&] {
        RecordRow& r = record;
        return (
            sql.prepare << "INSERT INTO call_record (id, call, sip_call_id, from_tag, to_tag, user, from_uri, to_uri, request_uri, binding, invited, "
                           "ringing, answered, ended, seconds, end_cause, status, reason, caller_agent, callee_agent, codecs, source, dialog) VALUES "
                           "(:id, :call, :sip_call_id, :from_tag, :to_tag, :user, :from_uri, :to_uri, :request_uri, :binding, :invited, :ringing, "
                           ":answered, :ended, :seconds, :end_cause, :status, :reason, :caller_agent, :callee_agent, :codecs, :source, :dialog) "
                           "ON CONFLICT (id) DO UPDATE SET call = excluded.call, sip_call_id = excluded.sip_call_id, from_tag = excluded.from_tag, "
                           "to_tag = excluded.to_tag, user = excluded.user, from_uri = excluded.from_uri, to_uri = excluded.to_uri, "
                           "request_uri = excluded.request_uri, binding = excluded.binding, invited = excluded.invited, ringing = excluded.ringing, "
                           "answered = excluded.answered, ended = excluded.ended, seconds = excluded.seconds, end_cause = excluded.end_cause, "
                           "status = excluded.status, reason = excluded.reason, caller_agent = excluded.caller_agent, "
                           "callee_agent = excluded.callee_agent, codecs = excluded.codecs, source = excluded.source, dialog = excluded.dialog",
            use(r.id), use(r.call), use(r.sip_call_id), use(r.from_tag), use(r.to_tag), use(r.user), use(r.from_uri), use(r.to_uri),
            use(r.request_uri), use(r.binding), use(r.invited), use(r.ringing), use(r.answered), use(r.ended), use(r.seconds), use(r.end_cause),
            use(r.status), use(r.reason), use(r.caller_agent), use(r.callee_agent), use(r.codecs), use(r.source), use(r.dialog));
    });
}

long long WriteSession::Statements::write_user(UserChange::Kind kind) {
    UserRow& u = user;
    switch (kind) {
        case UserChange::Kind::add:
            return run(prepared.add_user,
                       [&] {
                           return (sql.prepare
                                       << "INSERT INTO user (domain, name, realm, md5_plain, md5_full, sha256_plain, sha256_full, sha512_256_plain, "
                                          "sha512_256_full, enabled, created) VALUES (:domain, :name, :realm, :a, :b, :c, :d, :e, :f, :enabled, "
                                          ":created) "
                                          "ON CONFLICT (domain, name) DO NOTHING",
                                   use(u.domain), use(u.name), use(u.realm), use(u.ha1[0]), use(u.ha1[1]), use(u.ha1[2]), use(u.ha1[3]),
                                   use(u.ha1[4]), use(u.ha1[5]), use(u.enabled), use(u.created));
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
    }
    return 0;
}

std::expected<std::unique_ptr<WriteSession>, std::string> WriteSession::open(const Config& config) {
    if (std::string error = prepare_file(config.path); !error.empty()) return std::unexpected(error);
    auto statements = std::make_unique<Statements>();
    try {
        connect(statements->sql, config, true);
        if (auto migrated = migrate(statements->sql); !migrated) return std::unexpected(config.path + ": " + migrated.error());
    } catch (const soci::soci_error&) {
        return std::unexpected("cannot open the database " + config.path + ": " + current_failure().text);
    }
    return std::unique_ptr<WriteSession>(new WriteSession(std::move(statements)));
}

WriteSession::WriteSession(std::unique_ptr<Statements> statements) : statements_(std::move(statements)) {}
WriteSession::~WriteSession() = default;

Outcome<void> WriteSession::begin() {
    return guarded([&] { run(statements_->prepared.begin, [&] { return (statements_->sql.prepare << "BEGIN IMMEDIATE"); }); });
}

Outcome<void> WriteSession::commit() {
    return guarded([&] { run(statements_->prepared.commit, [&] { return (statements_->sql.prepare << "COMMIT"); }); });
}

void WriteSession::rollback() {
    statements_->prepared = {};
    // "No transaction is active": SQLite has rolled back by itself, as it does on a full disk.
    std::ignore = guarded([&] { statements_->sql << "ROLLBACK"; });
}

Outcome<void> WriteSession::put_bindings(const location::BindingSet* previous, const location::BindingSet& next, UtcTime now) {
    return guarded([&] {
        Statements& s = *statements_;
        escape(s.binding.aor, next.address_of_record);
        const std::size_t before = previous != nullptr ? previous->bindings.size() : 0;
        for (std::size_t i = 0; i < next.bindings.size(); ++i) {
            if (i < before && same_row(previous->bindings[i], next.bindings[i])) continue;
            fill(s.binding, next.bindings[i], i);
            s.write_binding();
        }
        if (previous == nullptr || before > next.bindings.size()) {
            s.binding.position = static_cast<int>(next.bindings.size());
            run(s.prepared.trim_bindings, [&] {
                return (s.sql.prepare << "DELETE FROM binding WHERE aor = :aor AND position >= :position", use(s.binding.aor),
                        use(s.binding.position));
            });
        }
        // The journal tells of contacts that came and went; a refresh changes neither and costs no row there.
        const auto tell = [&](const location::BindingSet* where, const location::BindingSet* not_in, std::string_view kind) {
            if (where == nullptr) return;
            for (const location::Binding& b : where->bindings) {
                if (holds(not_in, b.contact)) continue;
                s.event.payload.clear();
                append_event(s.event.payload, next.address_of_record, b);
                s.add_event(kind, now);
            }
        };
        tell(previous, &next, "unregistered");
        tell(&next, previous, "registered");
    });
}

Outcome<void> WriteSession::put_record(const accounting::CallRecord& record, std::string_view event_kind, UtcTime now) {
    return guarded([&] {
        fill(statements_->record, record);
        statements_->write_record();
        statements_->event.payload.clear();
        append_event(statements_->event.payload, record);
        statements_->add_event(event_kind, now);
    });
}

Outcome<AdminResult> WriteSession::change_users(const UserRequest& request, UtcTime now) {
    return guarded([&]() -> AdminResult {
        Statements& s = *statements_;
        const bool several = request.changes.size() > 1;
        if (several) s.sql << "SAVEPOINT request";
        for (const UserChange& change : request.changes) {
            fill(s.user, change.user);
            s.user.created = microseconds(now);
            if (s.write_user(change.kind) == 0) {
                if (several) s.sql << "ROLLBACK TO request";
                if (several) s.sql << "RELEASE request";
                const bool add = change.kind == UserChange::Kind::add;
                return std::unexpected(AdminError{add ? AdminError::Code::exists : AdminError::Code::not_found,
                                                  full_name(change.user) + (add ? " exists already" : " does not exist"), change.line});
            }
            s.event.payload.clear();
            append_event(s.event.payload, change);
            s.add_event(kind_names[static_cast<std::size_t>(change.kind)], now);
        }
        if (several) s.sql << "RELEASE request";
        return {};
    });
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

Outcome<long long> WriteSession::purge_events(UtcTime before, int limit) {
    return guarded([&] {
        const long long time = microseconds(before);
        // Events are in order of time as in order of seq: only the oldest are looked at.
        soci::statement purge =
            (statements_->sql.prepare << "DELETE FROM event WHERE seq IN (SELECT seq FROM event ORDER BY seq LIMIT :limit) AND time < :before",
             use(limit), use(time));
        purge.execute(true);
        return purge.get_affected_rows();
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
