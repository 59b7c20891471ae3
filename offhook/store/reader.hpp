// Reading the database for the API, the restart and the load at start: sessions of its own, pages by key, no statement over 1 s.
// Never used on the path of a message. Thread rule: any thread; a call waits while all sessions are taken.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/accounting/record_store.hpp"
#include "offhook/auth/user_directory.hpp"
#include "offhook/base/time.hpp"
#include "offhook/location/binding.hpp"
#include "offhook/store/binding_rows.hpp"
#include "offhook/store/session_pool.hpp"

namespace offhook::store {

inline constexpr std::size_t page_limit = 1000;  ///< rows that one call returns at most, whatever it is asked for

struct RecordFilter {
    std::string user;          ///< "user@domain"; empty: any
    UtcTime from{}, to{};      ///< by time of INVITE: from inclusive, to exclusive; the epoch: no bound
    bool in_progress = false;  ///< only calls that have not ended
    bool newest_first = false;
    std::string account{};      ///< empty: any
    std::string destination{};  ///< how the normalised one begins; empty: any
    std::string tariff{};       ///< by which it was rated; empty: any
    int status = 0;             ///< final status of the INVITE; 0: any
    std::int64_t seconds = 0;   ///< at least
    bool charged = false;       ///< only answered calls of accounts that have ended
};

/// One line of the journal: what happened to rows, in the transaction that changed them.
struct Event {
    std::uint64_t seq = 0;  ///< rising, never used twice
    UtcTime time{};
    std::string kind;     ///< call_started, call_updated, call_ended, registered, account_locked ... (event_kinds)
    std::string payload;  ///< JSON object; its strings are escaped (escape.hpp)
    std::optional<accounting::CallRecord> record;  ///< of an event of a call: the record as it is now, except that it ends, and has a price, with call_ended and call_rerated only
};

/// A row that the database refused.
struct RejectedRow {
    std::uint64_t id = 0;
    UtcTime time{};
    std::string kind, key, error, payload;
};

struct Totals {
    std::uint64_t calls_in_progress = 0, last_event = 0, rejected = 0;
};

class Reader {
public:
    template <class T>
    using Page = std::expected<std::vector<T>, std::string>;

    explicit Reader(SessionPool& pool);

    /// In order of (invited, id). Where no index serves the filter, records are looked at in slices, with the session given back in between. `after`: id of the last record of the page before; 0: from the start.
    [[nodiscard]] Page<accounting::CallRecord> records(const RecordFilter& filter, std::uint64_t after, std::size_t limit);
    [[nodiscard]] std::expected<std::optional<accounting::CallRecord>, std::string> record(std::uint64_t id);
    /// The largest id of all records, 0 if there are none: no id up to it may be given again, whatever the clock says.
    [[nodiscard]] std::expected<std::uint64_t, std::string> last_record();
    /// All records of calls that have not ended, each with what it was granted: for accounting at start.
    [[nodiscard]] Page<accounting::CallRecord> in_progress();
    /// Whole addresses of record, in order of them, expired bindings included. `last`: the last address of the page before.
    [[nodiscard]] Page<location::BindingSnapshot> bindings(std::string_view last, std::size_t limit, Order order = Order::rising);
    /// In order of (domain, name). `after`: the key of the last user of the page before.
    [[nodiscard]] Page<auth::User> users(std::string_view after_domain, std::string_view after_name, std::size_t limit);
    /// Users whose stored realm is another than `realm` (their HA1s would never fit): of this domain, or of any if it is empty.
    [[nodiscard]] Page<auth::User> users_of_other_realm(std::string_view domain, std::string_view realm, std::size_t limit);
    [[nodiscard]] Page<Event> events(std::uint64_t after, std::size_t limit);
    /// Seq of the last event that the sink holds for good.
    [[nodiscard]] std::expected<std::uint64_t, std::string> position(std::string_view sink);
    [[nodiscard]] Page<RejectedRow> rejected(std::uint64_t after, std::size_t limit);
    [[nodiscard]] std::expected<Totals, std::string> totals();

private:
    std::expected<bool, std::string> read_grants(std::vector<accounting::CallRecord>& page);

    SessionPool& pool_;
};

}  // namespace offhook::store
