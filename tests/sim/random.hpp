// Random numbers that are the same everywhere for the same seed (SplitMix64): a failing seed replays identically.
#pragma once
#include <cstdint>

#include "offhook/base/time.hpp"

namespace offhook::sim {

class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31);
    }
    std::uint64_t below(std::uint64_t limit) { return next() % limit; }
    bool chance(unsigned permille) { return below(1000) < permille; }
    Duration between(Duration least, Duration most) {
        return least + Duration(static_cast<Duration::rep>(below(static_cast<std::uint64_t>((most - least).count()) + 1)));
    }
    /// Another sequence, which does not depend on how much is drawn from this one.
    [[nodiscard]] Random fork(std::uint64_t which) const { return Random(Random(state_ ^ (which * 0xd1342543de82ef95U + 1)).next()); }

private:
    std::uint64_t state_;
};

}  // namespace offhook::sim
