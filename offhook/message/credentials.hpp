// Authorization, Proxy-Authorization, WWW-Authenticate, Proxy-Authenticate and Authentication-Info as views: a scheme, then
// name=value pairs with commas between (RFC 3261 §20.7, §20.44, §25.1; RFC 7616 §3). Their meaning is auth/'s.
#pragma once
#include <expected>
#include <optional>
#include <string_view>

#include "offhook/message/error.hpp"
#include "offhook/message/parameters.hpp"

namespace offhook::message {

struct Credentials {
    std::string_view scheme;      ///< "Digest", as written; empty in Authentication-Info
    std::string_view parameters;  ///< `ParameterReader reader(parameters, ',')`

    /// The value of the first parameter with this name (any case), without its quotes, escapes kept.
    [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const;
};

/// One header field's value. Fails with bad_credentials, unterminated_quote or bad_parameter where the grammar breaks.
[[nodiscard]] std::expected<Credentials, ParseError> parse_credentials(std::string_view text);

/// The same form without a scheme: Authentication-Info (§20.6).
[[nodiscard]] std::expected<Credentials, ParseError> parse_authentication_info(std::string_view text);

}  // namespace offhook::message
