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
