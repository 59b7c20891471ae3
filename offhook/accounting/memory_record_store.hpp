// A RecordStore in memory for tests and simulation: answers after a virtual delay, fails when told to, may stand still.
//
// Rows become visible at the instant at which they are "committed". Thread rule: one thread.
#pragma once
#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <utility>

#include "offhook/accounting/record_store.hpp"
#include "offhook/base/timer_wheel.hpp"

namespace offhook::accounting {

class MemoryRecordStore final : public RecordStore {
public:
    using Answer = std::function<void(Ticket, bool ok, Now)>;

    /// `clock` is read when a row is put: whoever drives the wheel keeps it.
    MemoryRecordStore(TimerWheel& wheel, const Now& clock, Answer answer) : wheel_(wheel), clock_(clock), answer_(std::move(answer)) {}

    Duration delay{0};             ///< from put to commit
    bool is_healthy = true;
    std::uint32_t fail_next = 0;   ///< so many of the next rows are not written
    std::function<void(CallRecord&)> settle;  ///< in the transaction of the row: may write into it

    void put(const CallRecord& record, Ticket ticket) override {
        queue({record, ticket, {}, fail_next == 0, {}});
        if (fail_next != 0) --fail_next;
    }
    /// What another port does in the same order: one writer serves them all.
    void later(std::function<void(Now)> work) { queue({{}, {}, {}, true, std::move(work)}); }
    [[nodiscard]] bool healthy(Now) const override { return is_healthy; }

    /// The process ended: what was not committed is lost, and nobody is told.
    void lose_pending() {
        timer_.cancel();
        pending_.clear();
    }

    [[nodiscard]] const std::map<std::uint64_t, CallRecord>& rows() const { return rows_; }
    [[nodiscard]] std::uint64_t commits() const { return commits_; }
    [[nodiscard]] bool idle() const { return pending_.empty(); }

private:
    struct Pending {
        CallRecord record;
        Ticket ticket;
        Instant due;
        bool ok;
        std::function<void(Now)> work;  ///< instead of a row
    };
    struct Due : Timer {
        explicit Due(MemoryRecordStore& the_store) : Timer(&fire), store(the_store) {}
        static void fire(Timer& timer, Now now) { static_cast<Due&>(timer).store.commit(now); }
        MemoryRecordStore& store;
    };

    void queue(Pending pending) {
        pending.due = std::max(pending_.empty() ? Instant{} : pending_.back().due, clock_.steady + delay);
        pending_.push_back(std::move(pending));
        if (!timer_.armed()) wheel_.arm(timer_, pending_.front().due);
    }

    // One timer for a queue: rows that are due together are committed in the order of the calls.
    void commit(Now now) {
        while (!pending_.empty() && pending_.front().due <= now.steady) {
            Pending done = std::move(pending_.front());
            pending_.pop_front();
            if (done.work) {
                done.work(now);
                continue;
            }
            const std::uint64_t id = done.record.id;
            commits_ += done.ok;
            if (done.ok && settle) settle(done.record);
            if (done.ok) rows_.insert_or_assign(id, std::move(done.record));
            if (done.ticket.handle) answer_(done.ticket, done.ok, now);
        }
        if (!pending_.empty()) wheel_.arm(timer_, pending_.front().due);
    }

    TimerWheel& wheel_;
    const Now& clock_;
    Answer answer_;
    Due timer_{*this};
    std::deque<Pending> pending_;
    std::map<std::uint64_t, CallRecord> rows_;
    std::uint64_t commits_ = 0;
};

}  // namespace offhook::accounting
