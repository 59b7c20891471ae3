// A sink that is RADIUS accounting (RFC 2866): Start, Interim-Update and Stop for each call, and a Stop of 0 seconds for a call that failed.
//
// At least once: an event is held when its Accounting-Response has come. What can come twice bears the same Acct-Session-Id (the id of the record),
// Acct-Status-Type and `offhook-event` (the seq of the event, in a Cisco-AVPair). Acct-Multi-Session-Id cannot say it: RFC 2866 §5.11 makes it the
// same in related sessions, so it is the id of the call; Class is what an Access-Accept said (RFC 2865 §5.25). Requests of one call are asked in
// order, those of others beside them.
#pragma once
#include <unordered_set>

#include "offhook/journal/config.hpp"
#include "offhook/journal/sink.hpp"
#include "offhook/runtime/radius_exchange.hpp"

namespace offhook::journal {

class RadiusSink final : public Sink {
public:
    explicit RadiusSink(const SinkConfig& config);
    [[nodiscard]] std::expected<std::uint64_t, std::string> open(std::uint64_t position) override;
    [[nodiscard]] std::expected<Taken, std::string> deliver(std::span<const store::Event> events) override;

private:
    std::string identifier_;
    runtime::RadiusExchange exchange_;
    std::unordered_set<std::uint64_t> acknowledged_;  ///< of the page that failed: these are not sent again
};

/// The attributes of the Accounting-Request that tells of an event of a call; `now`: for Acct-Delay-Time.
[[nodiscard]] std::string accounting_attributes(const store::Event& event, std::string_view nas_identifier, UtcTime now);

}  // namespace offhook::journal
