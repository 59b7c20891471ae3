// When to let datagrams gather before they are read (design rule 6): only while the rate is above 500 a second and the last wakes
// brought few each. A forwarder that waits 1 ms needs less than half of the processor time for each call. A pure value.
#pragma once
#include "offhook/base/time.hpp"

namespace offhook::runtime {

class BatchWindow {
public:
    explicit BatchWindow(Duration window) : window_(window) {}

    /// After each turn: when it began and how many datagrams it brought.
    void note(Instant now, std::size_t datagrams) {
        if (datagrams != 0) ++wakes_;
        datagrams_ += datagrams;
        const Duration elapsed = now - since_;
        if (elapsed < interval) return;
        const bool busy = datagrams_ * std::size_t{1'000'000} > rate * static_cast<std::size_t>(elapsed.count());
        open_ = busy && datagrams_ < few * wakes_;
        since_ = now;
        wakes_ = datagrams_ = 0;
    }
    /// How long to wait before the next drain; 0 for not at all.
    [[nodiscard]] Duration delay() const { return open_ ? window_ : Duration{0}; }

private:
    static constexpr Duration interval{50'000};
    static constexpr std::size_t rate = 500, few = 16;

    Duration window_;
    Instant since_{};
    std::size_t wakes_ = 0, datagrams_ = 0;
    bool open_ = false;
};

}  // namespace offhook::runtime
