// Which final response goes upstream when several branches have failed (RFC 3261 §16.7 step 6), as pure functions of statuses.
#pragma once
#include <string>

#include "offhook/message/message.hpp"

namespace offhook::proxy {

/// True if `candidate` (300..699) should take the place of `incumbent` (0: none yet). Of equals the first stays.
[[nodiscard]] bool is_better(int candidate, int incumbent);

/// The status to send for the best one received: 503 becomes 500, since it would stop the sender from using us at all.
[[nodiscard]] int upstream_status(int best);

/// §16.7 step 7: the challenges of every 401 and 407 are collected.
[[nodiscard]] constexpr bool is_challenge(int status) { return status == 401 || status == 407; }

/// Appends the WWW-Authenticate and Proxy-Authenticate lines of a response, as received.
void append_challenges(std::string& out, const message::Message& response);

}  // namespace offhook::proxy
