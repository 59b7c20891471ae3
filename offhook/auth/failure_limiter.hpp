// Counts wrong answers for each pair of claimed user name and source address, and pauses a pair that gave too many. A name that does
// not exist is counted like any other. Bounded: a table of fixed size in which a newer pair may push out an older one; attempts under way
// are as many as their owner keeps.
// Thread rule: one shard.
#pragma once
#include <boost/unordered/unordered_flat_map.hpp>
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
    /// As many attempts of this pair are under way, failures counted, as may fail: a further one must wait for their end.
    [[nodiscard]] bool full(std::string_view user, const IpAddress& source, const Config& config, Instant now) const;
    /// An attempt begins; what it gives ends it.
    [[nodiscard]] std::uint64_t begin(std::string_view user, const IpAddress& source);
    void end(std::uint64_t pair);

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
    std::vector<Slot> table_;                                            ///< empty until the first failure
    boost::unordered_flat_map<std::uint64_t, std::uint32_t> under_way_;  ///< by pair
};

}  // namespace offhook::auth
