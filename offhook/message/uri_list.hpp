// Answers about lists of URIs: Trigger-Consent (RFC 5360 §5.11.2) and P-Refused-URI-List (RFC 5318 §5). Permission-Missing is a name-addr and
// nothing else. Thread rule: pure functions over borrowed text.
#pragma once
#include <expected>
#include <string_view>

#include "offhook/message/error.hpp"
#include "offhook/message/name_addr.hpp"

namespace offhook::message {

struct TriggerConsent : NameAddr {
    std::string_view target{};  ///< target-uri: the URI whose translation needs consent; empty: absent
};
[[nodiscard]] std::expected<TriggerConsent, ParseError> parse_trigger_consent(std::string_view text);

struct RefusedUri : NameAddr {
    std::string_view members{};  ///< cid: URI of the part that lists the refused members of the list; empty: absent
};
[[nodiscard]] std::expected<RefusedUri, ParseError> parse_refused_uri(std::string_view text);

}  // namespace offhook::message
