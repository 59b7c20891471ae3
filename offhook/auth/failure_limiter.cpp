#include "offhook/auth/failure_limiter.hpp"

namespace offhook::auth {

std::uint64_t FailureLimiter::pair_of(std::string_view user, const IpAddress& source) const {
    const auto& octets = source.octets();
    return SipHash(key_).add(user).add(std::string_view(reinterpret_cast<const char*>(octets.data()), octets.size())).finish();
}

Duration FailureLimiter::pause(std::string_view user, const IpAddress& source, const Config& config, Instant now) const {
    if (config.max_failures == 0 || table_.empty()) return {};
    const std::uint64_t pair = pair_of(user, source);
    const Slot& slot = table_[pair % slots];
    return slot.pair == pair && slot.paused_until > now ? slot.paused_until - now : Duration{};
}

bool FailureLimiter::full(std::string_view user, const IpAddress& source, const Config& config, Instant now) const {
    const std::uint64_t pair = pair_of(user, source);
    const auto found = under_way_.find(pair);
    if (config.max_failures == 0 || found == under_way_.end()) return false;
    const Slot* slot = table_.empty() ? nullptr : &table_[pair % slots];
    const std::uint32_t failures = slot != nullptr && slot->pair == pair && slot->window_end > now ? slot->failures : 0;
    return found->second + failures >= config.max_failures;
}

std::uint64_t FailureLimiter::begin(std::string_view user, const IpAddress& source) {
    const std::uint64_t pair = pair_of(user, source);
    ++under_way_[pair];
    return pair;
}

void FailureLimiter::end(std::uint64_t pair) {
    const auto found = under_way_.find(pair);
    if (found != under_way_.end() && --found->second == 0) under_way_.erase(found);
}

void FailureLimiter::failed(std::string_view user, const IpAddress& source, const Config& config, Instant now) {
    if (config.max_failures == 0) return;
    if (table_.empty()) table_.resize(slots);
    const std::uint64_t pair = pair_of(user, source);
    Slot& slot = table_[pair % slots];
    if (slot.pair != pair || slot.window_end <= now) slot = {pair, 0, now + config.failure_window, {}};
    if (++slot.failures < config.max_failures) return;
    slot.failures = 0;
    slot.paused_until = now + config.failure_pause;
    slot.window_end = slot.paused_until + config.failure_window;
}

void FailureLimiter::succeeded(std::string_view user, const IpAddress& source) {
    if (table_.empty()) return;
    const std::uint64_t pair = pair_of(user, source);
    if (Slot& slot = table_[pair % slots]; slot.pair == pair) slot = {};
}

}  // namespace offhook::auth
