// From which of this machine's addresses a message to some other leaves, as the routing table says: what a wildcard listener writes into
// Via and sends from. Thread rule: a cache belongs to one shard; the function is free.
#pragma once
#include <chrono>
#include <cstddef>
#include <map>

#include "offhook/base/address.hpp"
#include "offhook/base/time.hpp"

namespace offhook::runtime {

/// Asks the kernel; a few microseconds. Unspecified if there is no way.
[[nodiscard]] IpAddress source_address_for(const IpAddress& destination);

/// Its answers, kept for a while: a route may change.
class SourceAddresses {
public:
    [[nodiscard]] IpAddress find(const IpAddress& destination, Instant now);

private:
    static constexpr std::size_t most = 1024;
    static constexpr Duration lifetime = std::chrono::seconds(60);
    struct Entry {
        IpAddress source;
        Instant until;
    };
    std::map<IpAddress, Entry> entries_;
};

}  // namespace offhook::runtime
