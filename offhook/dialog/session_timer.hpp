// Session timers as a proxy applies them: what goes into a forwarded INVITE or UPDATE, when 422 is owed, what a 2xx must be given,
// and for how long the session then stands.
//
// Pure functions over messages and edits. Must not know dialogs, transactions or the clock. RFC 4028 §8. Thread rule: none needed.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "offhook/message/edits.hpp"
#include "offhook/message/message.hpp"

namespace offhook::dialog {

struct SessionTimerConfig {
    std::uint32_t session_expires = 1800;  ///< seconds asked for where a request has no Session-Expires; 0: none is asked for
    std::uint32_t min_se = 90;             ///< seconds; shorter sessions are answered with 422. RFC 4028 §8.1: never below 90
    bool lower = false;                    ///< reduce a longer Session-Expires of a request to session_expires
};

/// What has to be remembered of a session refresh request for as long as its transaction lasts (§8.1).
struct SessionRequest {
    bool supported = false;       ///< the sender's Supported lists "timer"
    std::uint32_t interval = 0;   ///< Session-Expires as forwarded; 0: no session timer was asked for
};

/// A 422 and its Min-SE line, ready for message::ResponseParts::headers.
struct SessionReject {
    message::Reject reject;
    std::string headers;
};

/// INVITE and UPDATE only (§7.4); nothing is checked, edited or remembered of others.
[[nodiscard]] bool refreshes_session(const message::Message& request);

/// 422 if the request supports timers and asks for a session shorter than our minimum.
[[nodiscard]] std::optional<SessionReject> check(const message::Message& request, const SessionTimerConfig& config);

/// What edit_request() makes of this request, without editing.
[[nodiscard]] SessionRequest session_request(const message::Message& request, const SessionTimerConfig& config);

/// Inserts Session-Expires where there is none, raises it to Min-SE, lowers it if configured; Min-SE is raised only for a sender
/// without support for timers. check() has passed. The texts live in the edits' arena.
void edit_request(const message::Message& request, const SessionTimerConfig& config, message::Edits& edits);

/// A 2xx of a UAS without support goes to a UAC with support as `Session-Expires: N;refresher=uac` with `Require: timer` (§8.2).
/// `request` as received, `response` as received. Other responses are left alone.
void edit_response(const message::Message& request, const message::Message& response, const SessionTimerConfig& config,
                   message::Edits& edits);

/// Seconds that the session stands after this 2xx was forwarded; nothing: it has no expiration.
[[nodiscard]] std::optional<std::uint32_t> interval_in_force(const SessionRequest& request, const message::Message& response);

}  // namespace offhook::dialog
