#include "offhook/runtime/config.hpp"

#include <algorithm>
#include <thread>

namespace offhook::runtime {

unsigned shard_threads(const Config& config) { return config.shards != 0 ? config.shards : std::max(1u, std::thread::hardware_concurrency()); }

std::uint64_t descriptors_needed(const Config& config) {
    constexpr std::uint64_t of_each_shard = 8, others = 128;  // its loop; database, log, HTTP
    return shard_threads(config) * (of_each_shard + config.listen.size() + std::uint64_t{config.connections}) + others;
}

}  // namespace offhook::runtime
