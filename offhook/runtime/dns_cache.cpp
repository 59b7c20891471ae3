#include "offhook/runtime/dns_cache.hpp"

#include <algorithm>

#include "offhook/base/text.hpp"

namespace offhook::runtime {

std::optional<std::string> normal_host(std::string_view host) {
    if (host.ends_with('.')) host.remove_suffix(1);
    if (host.empty() || host.size() > 253) return std::nullopt;
    // Underscores are no host names, but people use them.
    const bool plausible = std::ranges::all_of(host, [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_'; });
    if (!plausible) return std::nullopt;
    return lower(host);
}

const transport::Addresses* DnsCache::find(std::string_view host, Instant now) const {
    const auto found = entries_.find(host);
    return found != entries_.end() && found->second.until > now ? &found->second.addresses : nullptr;
}

std::optional<Instant> DnsCache::expiry(std::string_view host) const {
    const auto found = entries_.find(host);
    return found == entries_.end() ? std::nullopt : std::optional(found->second.until);
}

void DnsCache::remember(std::string_view host, const transport::Addresses& addresses, Instant until, Instant now) {
    if (limit_ == 0) return;
    if (const auto found = entries_.find(host); found != entries_.end()) {
        found->second = {addresses, until};
        return;
    }
    if (entries_.size() >= limit_) std::erase_if(entries_, [now](const auto& e) { return e.second.until <= now; });
    if (entries_.size() >= limit_) entries_.erase(entries_.begin());  // any one: it can be asked for again
    entries_.emplace(std::string(host), Entry{addresses, until});
}

}  // namespace offhook::runtime
