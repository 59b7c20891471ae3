// Whether a server is worth asking: dead after so many failures without an answer between them; then, after a pause, one request at a
// time tries it.
//
//   up ──N failures──► dead ──pause──► (may be probed) ──begin──► probing
//    ▲                   ▲                                   │ │
//    │                   └──────────────failure──────────────┘ │
//    └──────────any answer, in dead and probing too────────────┘
#pragma once
#include <cstdint>

#include "offhook/base/time.hpp"

namespace offhook::radius {

class Breaker {
public:
    enum class State : std::uint8_t { up, dead, probing };
    Breaker(std::uint32_t failures, Duration pause) : limit_(failures), pause_(pause) {}

    [[nodiscard]] State state() const { return state_; }
    /// A request may go there; in state dead it is the probe, and begin_probe() must follow.
    [[nodiscard]] bool allows(Instant now) const { return state_ == State::up || (state_ == State::dead && now >= probe_at_); }
    void begin_probe() { state_ = State::probing; }

    /// True if that brought it back.
    [[nodiscard]] bool answered() {
        failures_ = 0;
        const bool was_down = state_ != State::up;
        state_ = State::up;
        return was_down;
    }
    /// `probe`: it was the probe that failed. True if the server was up until now.
    [[nodiscard]] bool failed(bool probe, Instant now) {
        if (state_ == State::up && ++failures_ < limit_) return false;
        if (state_ != State::up && !probe) return false;  // one from before it was dead
        const bool was_up = state_ == State::up;
        state_ = State::dead;
        probe_at_ = now + pause_;
        return was_up;
    }

private:
    std::uint32_t limit_, failures_ = 0;
    Duration pause_;
    State state_ = State::up;
    Instant probe_at_{};
};

}  // namespace offhook::radius
