// A RecordStore in memory for tests and simulation: answers after a virtual delay, fails when told to, may stand still.
//
// Rows become visible at the instant at which they are "committed". Thread rule: one thread.
#pragma once
#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "offhook/accounting/record_store.hpp"
#include "offhook/base/slab.hpp"
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

    void put(const CallRecord& record, Ticket ticket) override {
        const Handle handle = pending_.emplace(*this, record, ticket);
        Pending& pending = *pending_.find(handle);
        pending.self = handle;
        pending.ok = fail_next == 0;
        if (fail_next != 0) --fail_next;
        last_due_ = std::max(last_due_, clock_.steady + delay);  // in the order of the calls
        wheel_.arm(pending, last_due_);
    }
    [[nodiscard]] bool healthy(Now) const override { return is_healthy; }

    /// The process ended: what was not committed is lost, and nobody is told.
    void lose_pending() {
        std::vector<Handle> lost;
        pending_.for_each([&lost](Handle handle, const Pending&) { lost.push_back(handle); });
        for (const Handle handle : lost) pending_.erase(handle);
        last_due_ = {};
    }

    [[nodiscard]] const std::map<std::uint64_t, CallRecord>& rows() const { return rows_; }
    [[nodiscard]] std::uint64_t commits() const { return commits_; }
    [[nodiscard]] bool idle() const { return pending_.size() == 0; }

private:
    struct Pending : Timer {
        Pending(MemoryRecordStore& the_store, const CallRecord& r, Ticket t) : Timer(&on_due), store(the_store), record(r), ticket(t) {}
        MemoryRecordStore& store;
        CallRecord record;
        Ticket ticket;
        Handle self;
        bool ok = true;
    };

    static void on_due(Timer& timer, Now now) {
        auto& pending = static_cast<Pending&>(timer);
        MemoryRecordStore& store = pending.store;
        const Ticket ticket = pending.ticket;
        const bool ok = pending.ok;
        if (ok) {
            ++store.commits_;
            const std::uint64_t id = pending.record.id;
            store.rows_.insert_or_assign(id, std::move(pending.record));
        }
        store.pending_.erase(pending.self);
        if (ticket.handle) store.answer_(ticket, ok, now);
    }

    TimerWheel& wheel_;
    const Now& clock_;
    Answer answer_;
    Slab<Pending> pending_;
    Instant last_due_{};
    std::map<std::uint64_t, CallRecord> rows_;
    std::uint64_t commits_ = 0;
};

}  // namespace offhook::accounting
