// Ids of calls and records: 63 bits, unique for ever within one store. 53 bits of microseconds since 2024, then 10 bits of shard.
//
// A generator never gives an id twice nor a smaller one, whatever the clock does; `after` (the largest id in the store) guards
// a start with a clock that was set back. Thread rule: one shard.
#pragma once
#include <algorithm>
#include <cstdint>

#include "offhook/base/time.hpp"

namespace offhook::accounting {

class RecordIds {
public:
    explicit RecordIds(std::uint16_t shard, std::uint64_t after = 0) : shard_(shard & (shards - 1u)), last_(after >> shard_bits) {}

    [[nodiscard]] std::uint64_t next(UtcTime now) {
        const auto since = (now - epoch).count();
        last_ = std::max(last_ + 1, since > 0 ? static_cast<std::uint64_t>(since) : 0);
        return last_ << shard_bits | shard_;
    }
    /// No id up to this one will be given again.
    void skip_to(std::uint64_t id) { last_ = std::max(last_, id >> shard_bits); }

private:
    static constexpr unsigned shard_bits = 10, shards = 1u << shard_bits;
    static constexpr UtcTime epoch = UtcTime(std::chrono::sys_days(std::chrono::year(2024) / 1 / 1));
    std::uint64_t shard_, last_;
};

}  // namespace offhook::accounting
