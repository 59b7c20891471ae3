// What a REFER says beside its target (Refer-To is a NameAddr): Refer-Sub (RFC 4488), Refer-Events-At (RFC 7614), Referred-By
// (RFC 3892) as views, and the Refer-To of an attended transfer (RFC 3891 with RFC 3515 §2.1). Thread rule: pure functions.
#pragma once
#include <expected>
#include <string>
#include <string_view>

#include "offhook/message/dialog_reference.hpp"
#include "offhook/message/error.hpp"
#include "offhook/message/info.hpp"
#include "offhook/message/name_addr.hpp"

namespace offhook::message {

/// RFC 4488 §4.
struct ReferSub {
    bool subscribe;  ///< whether the REFER makes a subscription; so without the field
    std::string_view parameters;
};
[[nodiscard]] std::expected<ReferSub, ParseError> parse_refer_sub(std::string_view text);

/// RFC 7614 §4.8: the sip: or sips: URI where the events of a REFER are subscribed to.
[[nodiscard]] std::expected<InfoValue, ParseError> parse_refer_events_at(std::string_view text);

/// RFC 3892 §3.
struct ReferredBy : NameAddr {
    std::string_view cid;  ///< Content-ID of the body part that proves it, without quotes and brackets; empty if there is none
};
[[nodiscard]] std::expected<ReferredBy, ParseError> parse_referred_by(std::string_view text);

/// Appends "<sip:a@b?Replaces=...>": the target of an attended transfer. The URI has no header components of its own.
void append_refer_to(std::string& out, std::string_view uri, const Replaces& replaces);

}  // namespace offhook::message
