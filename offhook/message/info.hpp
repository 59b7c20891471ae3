// Alert-Info, Call-Info, Error-Info (RFC 3261 §20.4, §20.9, §20.18) and the urn:alert: of Alert-Info (RFC 7462) as views.
// Thread rule: pure functions.
#pragma once
#include <expected>
#include <optional>
#include <string_view>

#include "offhook/message/error.hpp"
#include "offhook/message/parameters.hpp"

namespace offhook::message {

/// A URI in angle brackets, then parameters.
struct InfoValue {
    std::string_view uri, parameters;
    [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const { return message::parameter(parameters, name); }
    /// Call-Info: "icon", "info", "card" ... (§20.9).
    [[nodiscard]] std::optional<std::string_view> purpose() const { return parameter("purpose"); }
};
[[nodiscard]] std::expected<InfoValue, ParseError> parse_info(std::string_view text);

/// RFC 7462 §7: urn:alert:category:indication.
struct AlertUrn {
    std::string_view category;    ///< "service", "source", "priority", "duration", "delay", "locale", or a private one: "foo@example"
    std::string_view indication;  ///< labels with colons between, from the most to the least important: "recall:transfer"

    /// Whether this is that indication or one of its refinements: recall:transfer is also recall (§6.2.1).
    [[nodiscard]] bool is(std::string_view wanted_category, std::string_view wanted_indication) const;
};
/// Fails with bad_uri where the text is no urn:alert:.
[[nodiscard]] std::expected<AlertUrn, ParseError> parse_alert_urn(std::string_view text);

}  // namespace offhook::message
