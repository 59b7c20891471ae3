// The one writer (design rule 4): a thread that takes all rows from a bounded queue and commits them in groups, at most one group
// each commit_window, one wait for the disk for a group. What a group promised is published and answered after its COMMIT returned.
//
//   queued ──group──► committed ──► published, answered true
//     │ an exception: ROLLBACK
//     ├─ the database is at fault (full, locked, I/O) ─► again for a while ─► answered false, unhealthy; records are kept for later
//     └─ a row is at fault ─► each row alone ─► the faulty one: table rejected, answered false
//
// Thread rule: submit, healthy and health from any thread; start and stop from the one that owns it.
#pragma once
#include <atomic>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "offhook/base/observer.hpp"
#include "offhook/runtime/mail.hpp"
#include "offhook/store/binding_table.hpp"
#include "offhook/store/config.hpp"
#include "offhook/store/event_bell.hpp"
#include "offhook/store/rows.hpp"
#include "offhook/store/tariff_table.hpp"
#include "offhook/store/user_table.hpp"
#include "offhook/store/write_session.hpp"

namespace offhook::store {

/// Counters since start, and what is wrong now.
struct WriterHealth {
    bool healthy = false;
    std::string last_error;              ///< of the last group or row that failed; empty: none since start
    std::chrono::microseconds oldest{};  ///< age of the oldest uncommitted row
    std::uint64_t committed = 0;         ///< rows
    std::uint64_t groups = 0;
    std::uint64_t failed_groups = 0;
    std::uint64_t rejected = 0;  ///< rows in the table rejected
    std::uint64_t refused = 0;   ///< rows that found the queue full
    std::uint64_t kept = 0;      ///< records answered false that still wait for the database
};

class Writer {
public:
    /// Called on the writer's thread when the database begins to fail, and when it can be written again. Empty: nobody is told.
    using Note = std::function<void(Severity, std::string_view)>;
    Writer(const Config& config, std::unique_ptr<WriteSession> session, BindingTable& bindings, UserTable& users, TariffTable& tariffs,
           runtime::Mailer* mailer, Note note);
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    /// `in_progress`: ids of records that are open in the database, so that their next row is told as an update.
    void start(std::span<const std::uint64_t> in_progress);
    /// From now on expired bindings may be purged: the published ones are complete.
    void allow_purge() { purging_.store(true, std::memory_order_release); }
    /// Commits all that is queued, moves the log into the database, ends the thread. Later rows are answered false. Returns the records that the
    /// database did not take, as JSON: nobody else has them.
    std::vector<std::string> stop();

    void submit(location::BindingSnapshot next, Ticket ticket);
    void submit(const accounting::CallRecord& record, Ticket ticket);
    /// Answered with a Grant; Rule::unavailable: nothing was written. `wanted`: the request extends what it has.
    void submit(const accounting::ChargeRequest& request, std::optional<Duration> wanted, Ticket ticket);
    [[nodiscard]] std::future<AdminResult> submit(decltype(AdminRequest::change) change);
    /// False: the queue is full or closed; a later position says it all.
    bool submit(SinkPosition sink);
    [[nodiscard]] EventBell& bell() { return bell_; }
    /// Answers the ticket with false through its mailbox, without writing.
    void refuse(Ticket ticket);

    [[nodiscard]] bool healthy() const;
    [[nodiscard]] WriterHealth health() const;

private:
    using Clock = std::chrono::steady_clock;
    enum class Result : std::uint8_t { done, row_failed, database_failed };

    Write* claim(Ticket ticket);  ///< a place in the queue, under mutex_; null if it is full or closed
    void run();
    bool take();  ///< waits for rows and for the window; false: stopped and nothing left
    void write_all(std::span<Write> group);
    Result write_together(std::span<Write> group);
    Outcome<void> apply(Write& write, UtcTime now);
    Outcome<void> put_bindings(const location::BindingSet& next, UtcTime now);
    Outcome<void> change(AdminRequest& request, UtcTime now);
    void finish(std::span<Write> group);
    void publish(const AdminRequest& request);
    void fail(std::span<Write> group, const std::string& why);
    void reject(Write& write);
    void answer(const Write& write, bool ok);
    void post_answers();
    void note(const Failure& failure);
    void set_failing(bool failing);
    void forget_older(std::span<const Write> group);
    void write_kept();
    void write_kept_at_last();
    void keep_house();
    void purge_bindings(UtcTime now);

    const Config config_;
    std::unique_ptr<WriteSession> session_;
    BindingTable& bindings_;
    UserTable& users_;
    TariffTable& tariffs_;
    runtime::Mailer* mailer_;
    const Note note_;

    mutable std::mutex mutex_;
    std::condition_variable rows_, stop_;  ///< rows_: the queue is not empty any more; stop_: the end was asked for
    std::vector<Write> queue_;             ///< the first queued_ are in use, the others are kept for their memory
    std::size_t queued_ = 0;
    bool open_ = false, stopping_ = false;

    // The writer thread's own.
    std::vector<Write> batch_;
    std::size_t batched_ = 0;
    std::deque<accounting::CallRecord> kept_;  ///< records that the database could not take: written first when it can
    boost::unordered_flat_map<std::string_view, const location::BindingSet*> group_sets_;  ///< what this group already wrote
    boost::unordered_flat_set<std::uint64_t> in_progress_;
    std::vector<std::uint64_t> group_started_;
    WriteSession::Place purge_place_;   ///< where the purge goes on
    std::vector<std::vector<runtime::Mail>> answers_;  ///< by shard: one wake-up for all of a group
    std::vector<AdminResult> results_;  ///< of the group's administrative requests, in order
    Failure failure_;
    Clock::time_point last_group_{}, last_house_{};

    std::atomic<std::int64_t> queue_oldest_{0}, batch_oldest_{0};  ///< steady clock in microseconds; 0: none
    std::atomic<bool> failing_{false}, purging_{false};
    std::atomic<std::uint64_t> committed_{0}, groups_{0}, failed_groups_{0}, rejected_{0}, refused_{0}, kept_count_{0};
    EventBell bell_;
    mutable std::mutex error_mutex_;
    std::string last_error_;
    std::thread thread_;
};

}  // namespace offhook::store
