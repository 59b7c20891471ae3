// The session that writes: every statement that changes the database is here, prepared once and reused. Knows rows, not groups or
// tickets (writer.hpp). Thread rule: one thread at a time; only the writer's after start.
#pragma once
#include <cstddef>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/accounting/record_store.hpp"
#include "offhook/base/time.hpp"
#include "offhook/location/binding.hpp"
#include "offhook/store/config.hpp"
#include "offhook/store/names.hpp"
#include "offhook/store/rows.hpp"
#include "offhook/store/tariff_table.hpp"

namespace offhook::store {

/// What the database said.
struct Failure {
    bool of_the_row = true;  ///< the row itself is at fault; false: disk full, I/O error, lock: any row would fail now
    std::string text;
};
template <class T>
using Outcome = std::expected<T, Failure>;

class WriteSession {
public:
    /// Makes the file if there is none, opens it, runs migrations, fills the table of tariffs.
    [[nodiscard]] static std::expected<std::unique_ptr<WriteSession>, std::string> open(const Config& config, TariffTable& tariffs);
    ~WriteSession();
    WriteSession(const WriteSession&) = delete;
    WriteSession& operator=(const WriteSession&) = delete;

    [[nodiscard]] Outcome<void> begin();  ///< BEGIN IMMEDIATE
    [[nodiscard]] Outcome<void> commit();
    void rollback();  ///< also forgets prepared statements: a failed one may be in any state

    /// `previous`: what the database holds for this address of record, null if that is not known.
    [[nodiscard]] Outcome<void> put_bindings(const location::BindingSet* previous, const location::BindingSet& next, UtcTime now);
    /// `known`: the record is in the database; then only what can have changed since the INVITE is written. The
    /// row that ends the record of an account settles what the call cost.
    [[nodiscard]] Outcome<void> put_record(const accounting::CallRecord& record, bool known, EventKind event, UtcTime now);
    /// All changes of the request or none. The inner result says which change was not possible; the transaction goes on.
    [[nodiscard]] Outcome<AdminResult> change(const AdminRequest& request, UtcTime now);
    /// The answer to what accounting asks about a call.
    [[nodiscard]] Outcome<accounting::Grant> charge(const Charge& charge, UtcTime now);
    [[nodiscard]] Outcome<void> reject(std::string_view kind, std::string_view key, std::string_view error, std::string_view payload, UtcTime now);

    /// Looks at the next `limit` bindings after the place, in order of their key, for those that expired before.
    struct Place {
        std::string address_of_record;
        int position = -1;
    };
    struct Expired {
        std::vector<std::string> addresses;
        Place next;  ///< where to go on; the default value after the last one
    };
    [[nodiscard]] Outcome<Expired> look_for_expired(const Place& after, UtcTime before, int limit);
    [[nodiscard]] Outcome<void> put_position(const SinkPosition& sink);
    /// Seq of the newest committed event.
    [[nodiscard]] std::uint64_t last_event() const;
    /// Rows removed, at most `limit`, none that a sink has yet to take. The last seq is kept in mind.
    [[nodiscard]] Outcome<long long> purge_events(UtcTime before, int limit);
    /// The value of a secret setting: 32 random octets, in hexadecimal in the database, made if it is not there.
    [[nodiscard]] Outcome<std::string> secret(std::string_view key);
    /// Writes one row of no meaning: proves that the database can be written.
    [[nodiscard]] Outcome<void> probe(UtcTime now);
    void checkpoint();  ///< moves the log into the database file; failing harms nothing

private:
    struct Statements;
    AdminResult change_users(const std::vector<UserChange>& changes, UtcTime now);
    explicit WriteSession(std::unique_ptr<Statements> statements);
    std::unique_ptr<Statements> statements_;
};

}  // namespace offhook::store
