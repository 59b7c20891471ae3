// Counts wrong answers for each pair of claimed user name and source address, and pauses a pair that gave too many. A name that does
// not exist is counted like any other. Bounded: a table of fixed size in which a newer pair may push out an older one.
// Thread rule: one shard.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "offhook/auth/config.hpp"
#include "offhook/base/address.hpp"
#include "offhook/base/siphash.hpp"
#include "offhook/base/time.hpp"

namespace offhook::auth {

class FailureLimiter {
public:
    explicit FailureLimiter(const SipKey& key) : key_(key) {}

    /// How long this pair must still wait; zero: it may try.
    [[nodiscard]] Duration pause(std::string_view user, const IpAddress& source, const Config& config, Instant now) const;
    void failed(std::string_view user, const IpAddress& source, const Config& config, Instant now);
    void succeeded(std::string_view user, const IpAddress& source);

private:
    static constexpr std::size_t slots = 1u << 14;
    struct Slot {
        std::uint64_t pair = 0;
        std::uint32_t failures = 0;
        Instant window_end{}, paused_until{};
    };
    [[nodiscard]] std::uint64_t pair_of(std::string_view user, const IpAddress& source) const;

    SipKey key_;
    std::vector<Slot> table_;  ///< empty until the first failure
};

}  // namespace offhook::auth
