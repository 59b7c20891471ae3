// Names and their addresses until their time is over; bounded. Thread rule: one thread.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "offhook/base/time.hpp"
#include "offhook/transport/resolver.hpp"

namespace offhook::runtime {

/// A name as the cache knows it: lower case, without the dot at its end. Nothing if it cannot be a host name (RFC 3261 §25.1 hostname).
[[nodiscard]] std::optional<std::string> normal_host(std::string_view host);

class DnsCache {
public:
    explicit DnsCache(std::size_t limit) : limit_(limit) {}

    [[nodiscard]] const transport::Addresses* find(std::string_view host, Instant now) const;
    [[nodiscard]] std::optional<Instant> expiry(std::string_view host) const;
    void remember(std::string_view host, const transport::Addresses& addresses, Instant until, Instant now);
    [[nodiscard]] std::size_t size() const { return entries_.size(); }

private:
    struct Entry {
        transport::Addresses addresses;
        Instant until;
    };
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
    };
    std::unordered_map<std::string, Entry, Hash, std::equal_to<>> entries_;
    std::size_t limit_;
};

}  // namespace offhook::runtime
