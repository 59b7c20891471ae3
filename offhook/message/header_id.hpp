// The header fields that have a name of their own here. One row in header_id.cpp for each: name, compact form, whether it is a
// comma-separated list, whether it may stand only once. Everything else about a field is found through its row.
#pragma once
#include <cstdint>
#include <string_view>

namespace offhook::message {

enum class HeaderId : std::uint8_t {
    other,  ///< a name without a row; the bytes are kept as they are
    accept, accept_encoding, accept_language, alert_info, allow, allow_events, authentication_info, authorization, call_id, call_info,
    contact, content_disposition, content_encoding, content_language, content_length, content_type, cseq, date, error_info, event,
    expires, from, in_reply_to, max_breadth, max_forwards, mime_version, min_expires, min_se, organization, p_asserted_identity,
    p_preferred_identity, path, priority, privacy, proxy_authenticate, proxy_authorization, proxy_require, reason, record_route,
    refer_to, referred_by, replaces, reply_to, require, retry_after, route, rseq, rack, server, service_route, session_expires,
    sip_etag, sip_if_match, subject, subscription_state, supported, timestamp, to, unsupported, user_agent, via, warning,
    www_authenticate,
    count_,
};

struct HeaderRow {
    HeaderId id;
    std::string_view name;     ///< as the RFC writes it
    char compact;              ///< RFC 3261 §7.3.3; 0 if it has none
    bool list;                 ///< values may be joined by commas (§7.3.1)
    bool once;                 ///< a second field of this name makes the message malformed
};

[[nodiscard]] HeaderId header_id(std::string_view name);         ///< any case, compact form too
[[nodiscard]] const HeaderRow& row_of(HeaderId id);              ///< not for other
[[nodiscard]] inline std::string_view name_of(HeaderId id) { return row_of(id).name; }

}  // namespace offhook::message
