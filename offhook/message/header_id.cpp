#include "offhook/message/header_id.hpp"

#include <array>

#include "offhook/base/text.hpp"

namespace offhook::message {

namespace {

using enum HeaderId;

// Fields that steer processing may stand once; of informational ones (Subject, Server ...) a second is only ignored, although
// §7.3.1 forbids it too. Credentials and challenges hold commas of their own, so they are no lists (§7.3.1).
constexpr std::array<HeaderRow, static_cast<std::size_t>(count_) - 1> rows = {{
    // id, name, compact form, list, once
    {accept, "Accept", 0, true, false},
    {accept_encoding, "Accept-Encoding", 0, true, false},
    {accept_language, "Accept-Language", 0, true, false},
    {alert_info, "Alert-Info", 0, true, false},
    {allow, "Allow", 0, true, false},
    {allow_events, "Allow-Events", 'u', true, false},
    {authentication_info, "Authentication-Info", 0, false, false},
    {authorization, "Authorization", 0, false, false},
    {call_id, "Call-ID", 'i', false, true},
    {call_info, "Call-Info", 0, true, false},
    {contact, "Contact", 'm', true, false},
    {content_disposition, "Content-Disposition", 0, false, true},
    {content_encoding, "Content-Encoding", 'e', true, false},
    {content_language, "Content-Language", 0, true, false},
    {content_length, "Content-Length", 'l', false, true},
    {content_type, "Content-Type", 'c', false, true},
    {cseq, "CSeq", 0, false, true},
    {date, "Date", 0, false, true},
    {error_info, "Error-Info", 0, true, false},
    {event, "Event", 'o', false, true},
    {expires, "Expires", 0, false, true},
    {from, "From", 'f', false, true},
    {in_reply_to, "In-Reply-To", 0, true, false},
    {max_breadth, "Max-Breadth", 0, false, true},
    {max_forwards, "Max-Forwards", 0, false, true},
    {mime_version, "MIME-Version", 0, false, true},
    {min_expires, "Min-Expires", 0, false, true},
    {min_se, "Min-SE", 0, false, true},
    {organization, "Organization", 0, false, false},
    {p_asserted_identity, "P-Asserted-Identity", 0, true, false},
    {p_preferred_identity, "P-Preferred-Identity", 0, true, false},
    {path, "Path", 0, true, false},
    {priority, "Priority", 0, false, false},
    {privacy, "Privacy", 0, false, false},
    {proxy_authenticate, "Proxy-Authenticate", 0, false, false},
    {proxy_authorization, "Proxy-Authorization", 0, false, false},
    {proxy_require, "Proxy-Require", 0, true, false},
    {reason, "Reason", 0, true, false},
    {record_route, "Record-Route", 0, true, false},
    {refer_to, "Refer-To", 'r', false, true},
    {referred_by, "Referred-By", 'b', false, true},
    {replaces, "Replaces", 0, false, true},
    {reply_to, "Reply-To", 0, false, false},
    {require, "Require", 0, true, false},
    {retry_after, "Retry-After", 0, false, true},
    {route, "Route", 0, true, false},
    {rseq, "RSeq", 0, false, true},
    {rack, "RAck", 0, false, true},
    {server, "Server", 0, false, false},
    {service_route, "Service-Route", 0, true, false},
    {session_expires, "Session-Expires", 'x', false, true},
    {sip_etag, "SIP-ETag", 0, false, true},
    {sip_if_match, "SIP-If-Match", 0, false, true},
    {subject, "Subject", 's', false, false},
    {subscription_state, "Subscription-State", 0, false, true},
    {supported, "Supported", 'k', true, false},
    {timestamp, "Timestamp", 0, false, true},
    {to, "To", 't', false, true},
    {unsupported, "Unsupported", 0, true, false},
    {user_agent, "User-Agent", 0, false, false},
    {via, "Via", 'v', true, false},
    {warning, "Warning", 0, true, false},
    {www_authenticate, "WWW-Authenticate", 0, false, false},
}};

constexpr bool in_order() {
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (rows[i].id != static_cast<HeaderId>(i + 1)) return false;
    return true;
}
static_assert(in_order(), "one row for each id, in the order of the ids");

constexpr std::size_t slots = 256;

// Length, first, middle and last letter tell nearly all names apart; a letter's case is its bit 5, which is set for all.
constexpr std::size_t hash(std::string_view name) {
    const auto folded = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(name[i]) | 0x20u); };
    const std::size_t n = name.size();
    return (n * 37 + folded(0) * 5 + folded(n / 2) * 19 + folded(n - 1) * 3) % slots;
}

struct Index {
    std::array<HeaderId, slots> by_hash{};  // other: free; a taken slot moves the name to the next one
    std::array<HeaderId, 26> by_letter{};
};

constexpr Index index = [] {
    Index built;
    for (const HeaderRow& row : rows) {
        std::size_t slot = hash(row.name);
        while (built.by_hash[slot] != other) slot = (slot + 1) % slots;
        built.by_hash[slot] = row.id;
        if (row.compact != 0) built.by_letter[static_cast<std::size_t>(row.compact - 'a')] = row.id;
    }
    return built;
}();

}  // namespace

HeaderId header_id(std::string_view name) {
    if (name.size() < 2) {
        const char letter = name.empty() ? '\0' : to_lower(name[0]);
        return letter >= 'a' && letter <= 'z' ? index.by_letter[static_cast<std::size_t>(letter - 'a')] : other;
    }
    for (std::size_t slot = hash(name);; slot = (slot + 1) % slots) {
        const HeaderId id = index.by_hash[slot];
        if (id == other || iequals(rows[static_cast<std::size_t>(id) - 1].name, name)) return id;
    }
}

const HeaderRow& row_of(HeaderId id) { return rows[static_cast<std::size_t>(id) - 1]; }

}  // namespace offhook::message
