// Small typed header values: CSeq, numbers, token lists, media types, session timers, dates.
#pragma once
#include <cstdint>
#include <expected>
#include <string_view>

#include "offhook/message/error.hpp"
#include "offhook/message/message.hpp"

namespace offhook::message {

struct CSeq {
    std::uint32_t number;  ///< below 2^31 (§8.1.1.5)
    Method method;
    std::string_view method_name;
};
[[nodiscard]] std::expected<CSeq, ParseError> parse_cseq(std::string_view text);

/// Max-Forwards, Expires, Min-Expires, Content-Length ...: digits only, at most 2^32-1. Parameters after ';' are allowed where
/// `parameters` says so (Retry-After, Session-Expires, Min-SE).
[[nodiscard]] std::expected<std::uint32_t, ParseError> parse_number(std::string_view text, bool parameters = false);

/// RFC 4028 §4.
struct SessionExpires {
    std::uint32_t seconds;
    enum class Refresher : std::uint8_t { none, uac, uas } refresher;
};
[[nodiscard]] std::expected<SessionExpires, ParseError> parse_session_expires(std::string_view text);

struct MediaType {
    std::string_view type, subtype, parameters;
    [[nodiscard]] bool is(std::string_view wanted_type, std::string_view wanted_subtype) const;
};
[[nodiscard]] std::expected<MediaType, ParseError> parse_media_type(std::string_view text);

/// True if the comma-separated tokens of all fields with this id hold the token (any case): Supported, Require, Allow ...
[[nodiscard]] bool lists_token(const Message& message, HeaderId id, std::string_view token);

[[nodiscard]] bool is_token(std::string_view text);  ///< §25.1

}  // namespace offhook::message
