// Facts about what happens, told to whoever watches (design rule 8): logs, metrics, traces. Watching changes nothing.
#pragma once
#include <cstdint>
#include <string_view>

#include "offhook/base/address.hpp"
#include "offhook/base/time.hpp"

namespace offhook {

enum class Severity : std::uint8_t { debug, info, warning, error };

/// Why something was refused or dropped; a counter each.
enum class Cause : std::uint8_t {
    malformed, not_authenticated, wrong_credentials, forbidden, loop, too_many_hops, relay_refused, no_user, no_binding, unsupported_extension,
    draining, store_unhealthy, unmatched_ack, unmatched_cancel, unmatched_response, queue_full, authentication_unavailable,
    paused, count_,
};

class Observer {
public:
    virtual ~Observer() = default;
    virtual void message_in(std::string_view bytes, const Endpoint& from, Now) { (void)bytes, (void)from; }
    virtual void message_out(std::string_view bytes, const Endpoint& to, Now) { (void)bytes, (void)to; }
    virtual void rejected(Cause, int status, std::string_view call_id, const Endpoint& from, Now) { (void)status, (void)call_id, (void)from; }
    virtual void note(Severity, std::string_view text, Now) { (void)text; }
};

}  // namespace offhook
