// What a body is and what a peer takes: Content-Disposition, Content-Language, Accept, Accept-Encoding, Accept-Language and Priority
// (RFC 3261 §20.1–§20.3, §20.11, §20.13, §20.26) as views. Content-Type is MediaType (values.hpp). Thread rule: pure functions.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "offhook/message/error.hpp"
#include "offhook/message/parameters.hpp"
#include "offhook/message/values.hpp"

namespace offhook::message {

/// §20.11.
struct ContentDisposition {
    std::string_view type;  ///< "session", "render", "early-session" (RFC 3959), "recipient-list" (RFC 5363) ...
    std::string_view parameters;
    bool required = true;   ///< who cannot handle it must refuse the message: so without handling=optional
    [[nodiscard]] bool is(std::string_view wanted) const;
};
[[nodiscard]] std::expected<ContentDisposition, ParseError> parse_content_disposition(std::string_view text);

/// One value of Accept (§20.1): "application/sdp;q=0.5", "text/*", "*/*".
struct MediaRange {
    std::string_view type, subtype, parameters;
    std::uint32_t quality;  ///< thousandths; 0: not acceptable
    [[nodiscard]] bool matches(std::string_view wanted_type, std::string_view wanted_subtype) const;
};
[[nodiscard]] std::expected<MediaRange, ParseError> parse_media_range(std::string_view text);

/// One value of Accept-Encoding (§20.2) or Accept-Language (§20.3); "*" is any that is not named.
struct Preference {
    std::string_view value, parameters;
    std::uint32_t quality;  ///< thousandths; 0: not acceptable
};
[[nodiscard]] std::expected<Preference, ParseError> parse_coding(std::string_view text);
[[nodiscard]] std::expected<Preference, ParseError> parse_language_range(std::string_view text);

/// §20.13: "fr", "en-gb".
[[nodiscard]] std::expected<std::string_view, ParseError> parse_language_tag(std::string_view text);

/// §20.26.
struct Priority {
    enum class Level : std::uint8_t { emergency, urgent, normal, non_urgent, other } level;
    std::string_view text;
};
[[nodiscard]] std::expected<Priority, ParseError> parse_priority(std::string_view text);

}  // namespace offhook::message
