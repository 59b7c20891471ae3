// The one table of the attributes that we read: name, where it may stand, what its value must be, by which RFC.
//
// An attribute that is not in it passes as it is (RFC 8866 §5.13), and so do ssrc, msid, extmap, imageattr and their like.
#pragma once
#include <cstdint>
#include <expected>
#include <span>
#include <string_view>

#include "offhook/sdp/error.hpp"

namespace offhook::sdp {

enum class Level : std::uint8_t { session, media, both };

struct AttributeRule {
    std::string_view name;
    Level level;
    bool flag;                                                         ///< stands without a value
    std::expected<void, ParseError> (*check)(std::string_view value);  ///< null for a flag
    std::string_view section;                                          ///< "RFC 8866 §6.6"
};

[[nodiscard]] std::span<const AttributeRule> attribute_rules();                 ///< by name
[[nodiscard]] const AttributeRule* find_attribute_rule(std::string_view name);  ///< names are case-sensitive

}  // namespace offhook::sdp
