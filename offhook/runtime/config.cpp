#include "offhook/runtime/config.hpp"

#include <algorithm>
#include <thread>

namespace offhook::runtime {

unsigned shard_threads(const Config& config) { return config.shards != 0 ? config.shards : std::max(1u, std::thread::hardware_concurrency()); }

std::uint64_t descriptors_needed(const Config& config) {
    constexpr std::uint64_t of_each_shard = 8, others = 128;  // its loop; database, log, HTTP
    const std::uint64_t radius = config.radius.servers.size() * config.radius.client.ports;
    return shard_threads(config) * (of_each_shard + config.listen.size() + std::uint64_t{config.connections}) + radius + others;
}

std::uint32_t connections_within(const Config& config, std::uint64_t descriptors) {
    const std::uint64_t full = descriptors_needed(config), shards = shard_threads(config);
    if (descriptors >= full) return config.connections;
    const std::uint64_t fewer = (full - descriptors + shards - 1) / shards;
    return fewer >= config.connections ? 0 : static_cast<std::uint32_t>(config.connections - fewer);
}

}  // namespace offhook::runtime
