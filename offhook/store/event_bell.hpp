// Tells those who deliver the journal that it has grown. A commit that adds no event wakes nobody.
// Thread rule: any thread.
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>

namespace offhook::store {

class EventBell {
public:
    /// All events up to this seq are committed.
    void ring(std::uint64_t last) {
        if (last_.exchange(last) == last || sleepers_.load() == 0) return;
        const std::lock_guard lock(mutex_);
        grown_.notify_all();
    }
    [[nodiscard]] std::uint64_t last() const { return last_.load(); }
    /// Returns when there is an event after this one (true), or the end was asked for.
    bool wait(std::uint64_t after, const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        ++sleepers_;  // before the look at last_: whoever rings after that look sees us
        const bool grown = grown_.wait(lock, stop, [&] { return last_.load() > after; });
        --sleepers_;
        return grown;
    }

private:
    std::atomic<std::uint64_t> last_{0};
    std::atomic<unsigned> sleepers_{0};
    std::mutex mutex_;
    std::condition_variable_any grown_;
};

}  // namespace offhook::store
