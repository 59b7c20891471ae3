// sip:, sips: and tel: URIs (RFC 3261 §19.1, RFC 3966) as views, their comparison (§19.1.4, RFC 5954) and their canonical forms.
// Any other scheme keeps its text. Thread rule: a value over borrowed text.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "offhook/message/error.hpp"

namespace offhook::message {

enum class Scheme : std::uint8_t { sip, sips, tel, other };

struct Uri {
    Scheme scheme = Scheme::other;
    std::string_view text;         ///< the whole URI
    std::string_view scheme_name;  ///< as written, without the colon
    std::string_view user;         ///< escapes as written; for tel: the number; for other: all after the colon
    std::string_view password;
    bool has_user = false;         ///< "sip:@host" has an empty one and is malformed; "sip:host" has none
    std::string_view host;         ///< IPv6 with its brackets; empty for tel: and other
    std::uint16_t port = 0;        ///< 0: none was written
    std::string_view parameters;   ///< from the first ';' on, without headers
    std::string_view headers;      ///< what follows '?'

    [[nodiscard]] bool is_sip() const { return scheme == Scheme::sip || scheme == Scheme::sips; }
    [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const;
};

[[nodiscard]] std::expected<Uri, ParseError> parse_uri(std::string_view text);

/// RFC 3261 §19.1.4 for sip: and sips:, RFC 3966 §4 for tel:, octet by octet for others.
[[nodiscard]] bool equivalent(const Uri& a, const Uri& b);

/// %-escapes decoded; a malformed one is kept.
[[nodiscard]] std::string unescape(std::string_view text);

/// The canonical address of record (§10.3 step 5): "user@host", user unescaped (escapes of octets that need none), host in lower case
/// without port and parameters; "host" alone without user. sips: and sip: give the same.
[[nodiscard]] std::string address_of_record(const Uri& uri);

}  // namespace offhook::message
