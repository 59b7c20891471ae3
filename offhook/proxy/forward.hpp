// Writes the copy of a request that goes to one target (RFC 3261 §16.6): what changes and in which place, all in one pass.
//
// A pure function of the received request and a plan. Must not know why a target was chosen. Thread rule: none needed.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "offhook/dialog/session_timer.hpp"
#include "offhook/message/edits.hpp"
#include "offhook/message/message.hpp"
#include "offhook/proxy/domains.hpp"
#include "offhook/proxy/routing.hpp"

namespace offhook::proxy {

struct ForwardPlan {
    std::string_view request_uri;  ///< of the target; headers and method are left out of it (§16.6 step 2)
    const Routing* routing = nullptr;
    std::string_view path;          ///< Route values to stand before what remains of Route (RFC 3327 §5.3); empty: none
    std::string_view record_route;  ///< value of the Record-Route to insert; empty: none
    std::string_view via;           ///< value of the Via to insert
    std::uint32_t max_breadth = 0;  ///< 0: leave the field alone (ACK)
    bool stream = false;            ///< Content-Length must be there (§16.6 step 9)
    bool remove_identity = false;   ///< P-Asserted-Identity of somebody untrusted (RFC 3325 §5)
    std::string_view realm;         ///< whose Proxy-Authorization was ours to read; empty: those of own domains
    const OwnDomains* domains = nullptr;
    const dialog::SessionTimerConfig* session_timer = nullptr;  ///< null: none for this method
};

/// Appends the request to `out`. `edits` is scratch space.
void write_forwarded(std::string& out, const message::Message& request, const ForwardPlan& plan, message::Edits& edits);

/// Appends a response with its top Via removed (§16.7 step 3) and whatever `edits` already holds; `more`: lines put before the end
/// of the header fields. False and nothing appended if no Via would be left: it was meant for us.
[[nodiscard]] bool write_response_upstream(std::string& out, const message::Message& response, std::string_view more, message::Edits& edits);

/// True if its Privacy asks that the asserted identity be told to nobody who is not trusted (RFC 3325 §7).
[[nodiscard]] bool hides_identity(const message::Message& message);

/// Max-Forwards as received; 70 if there is none (§16.6 step 3).
[[nodiscard]] std::uint32_t max_forwards(const message::Message& request);

}  // namespace offhook::proxy
