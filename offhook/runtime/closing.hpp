// The end of somebody who waits for others: whoever ends it says from when on nothing is waited for any more, and each wait looks at that now
// and then. Thread rule: any thread.
#pragma once
#include <atomic>

#include "offhook/runtime/clock.hpp"

namespace offhook::runtime {

class Closing {
public:
    static constexpr Duration glance = std::chrono::milliseconds(100);  ///< how long a wait goes on without a look

    void set(Instant end) { end_.store(end.time_since_epoch().count()); }
    [[nodiscard]] bool reached() const { return read_clock().steady.time_since_epoch().count() >= end_.load(); }

private:
    std::atomic<Duration::rep> end_{Duration::max().count()};
};

}  // namespace offhook::runtime
