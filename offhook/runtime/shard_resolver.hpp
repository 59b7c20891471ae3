// The resolver port of one shard: literals and remembered names at once, all else asked of the control loop, whose answer comes by
// mail. Thread rule: the shard's.
#pragma once
#include "offhook/runtime/control.hpp"
#include "offhook/runtime/dns_cache.hpp"
#include "offhook/transport/resolver.hpp"

namespace offhook::runtime {

class ShardResolver final : public transport::Resolver {
public:
    /// `now` is the shard's reading of the clock, renewed each turn.
    ShardResolver(Control& control, const DnsConfig& config, const Now& now) : control_(control), cache_(config.cache), now_(now) {}

    [[nodiscard]] std::optional<transport::Addresses> resolve(std::string_view host, Ticket ticket) override {
        if (const auto address = IpAddress::parse(host)) return transport::Addresses{*address};
        auto name = normal_host(host);
        if (!name) return transport::Addresses{};
        if (const auto* known = cache_.find(*name, now_.steady)) return *known;
        control_.ask_address(std::move(*name), ticket);
        return std::nullopt;
    }

    /// What a Mail::resolved said, before the handler gets it.
    void remember(const Mail& mail) {
        const Instant until{Duration(static_cast<Duration::rep>(mail.numbers[0]))};
        if (until > now_.steady) cache_.remember(mail.bytes, mail.addresses, until, now_.steady);
    }

private:
    Control& control_;
    DnsCache cache_;
    const Now& now_;
};

}  // namespace offhook::runtime
