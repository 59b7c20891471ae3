// Feature-Caps: what the servers on the way can do (RFC 6809 §6.2, §6.3). Must not know the indicators' meaning.
// Thread rule: pure functions over borrowed text.
#pragma once
#include <expected>
#include <optional>
#include <string_view>

#include "offhook/message/error.hpp"

namespace offhook::message {

struct FeatureCaps {
    std::string_view parameters;

    /// The value of an indicator, its name without the plus sign, in any case: without quotes; empty if it has none; nothing if absent.
    [[nodiscard]] std::optional<std::string_view> indicator(std::string_view name) const;
};

/// "*", then indicators. Fails with bad_feature_caps, unterminated_quote or trailing_bytes.
[[nodiscard]] std::expected<FeatureCaps, ParseError> parse_feature_caps(std::string_view text);

}  // namespace offhook::message
