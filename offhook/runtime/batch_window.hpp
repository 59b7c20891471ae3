// How often a shard takes a turn (design rule 6): while datagrams come at more than 500 a second, at most once each window, so that those of
// one window share its system calls. Counted from the beginning of the turn before: a shard with more work than that never waits for it.
// A pure value.
#pragma once
#include <optional>

#include "offhook/base/time.hpp"

namespace offhook::runtime {

class BatchWindow {
public:
    explicit BatchWindow(Duration window) : window_(window) {}

    /// After each turn: when it began and how many datagrams it brought.
    void note(Instant began, std::size_t datagrams) {
        began_ = began;
        datagrams_ += datagrams;
        const Duration elapsed = began - since_;
        if (elapsed < interval) return;
        busy_ = datagrams_ * std::size_t{1'000'000} > rate * static_cast<std::size_t>(elapsed.count());
        since_ = began;
        datagrams_ = 0;
    }
    /// Before when the next turn need not begin, whatever arrives; nothing: it begins with what arrives.
    [[nodiscard]] std::optional<Instant> next() const {
        if (!busy_ || window_.count() == 0) return std::nullopt;
        return began_ + window_;
    }

private:
    static constexpr Duration interval{50'000};
    static constexpr std::size_t rate = 500;

    Duration window_;
    Instant since_{}, began_{};
    std::size_t datagrams_ = 0;
    bool busy_ = false;
};

}  // namespace offhook::runtime
