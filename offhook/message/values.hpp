// Small typed header values: CSeq, numbers, tokens, media types, session timers, warnings. Thread rule: pure functions.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "offhook/message/cseq.hpp"
#include "offhook/message/error.hpp"
#include "offhook/message/message.hpp"
#include "offhook/message/parameters.hpp"

namespace offhook::message {

/// Max-Forwards, Expires, Min-Expires, Content-Length ...: digits only, at most 2^32-1. Parameters after ';' are allowed where
/// `parameters` says so (Retry-After, Session-Expires, Min-SE).
[[nodiscard]] std::expected<std::uint32_t, ParseError> parse_number(std::string_view text, bool parameters = false);

/// RFC 4028 §4.
struct SessionExpires {
    std::uint32_t seconds;
    enum class Refresher : std::uint8_t { none, uac, uas } refresher;
};
[[nodiscard]] std::expected<SessionExpires, ParseError> parse_session_expires(std::string_view text);
[[nodiscard]] std::expected<std::uint32_t, ParseError> parse_min_se(std::string_view text);  ///< §5: seconds

struct MediaType {
    std::string_view type, subtype, parameters;
    [[nodiscard]] bool is(std::string_view wanted_type, std::string_view wanted_subtype) const;
};
[[nodiscard]] std::expected<MediaType, ParseError> parse_media_type(std::string_view text);

/// True if the comma-separated tokens of all fields with this id hold the token (any case): Supported, Require, Allow ...
[[nodiscard]] bool lists_token(const Message& message, HeaderId id, std::string_view token);

/// A token, then parameters: Info-Package, Recv-Info ...
struct TokenValue {
    std::string_view value, parameters;
    [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const { return message::parameter(parameters, name); }
};
[[nodiscard]] std::expected<TokenValue, ParseError> parse_token_value(std::string_view text);

/// A token or a quoted string, then parameters: P-Visited-Network-ID, User-to-User.
struct QuotableValue {
    std::string_view value;  ///< without quotes; escapes kept (unquote())
    bool quoted = false;
    std::string_view parameters;
    [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const { return message::parameter(parameters, name); }
};
[[nodiscard]] std::expected<QuotableValue, ParseError> parse_quotable(std::string_view text);

/// §20.8: a word, or two with an @ between.
[[nodiscard]] std::expected<std::string_view, ParseError> parse_call_id(std::string_view text);

/// §20.33: seconds, a comment, parameters.
struct RetryAfter {
    std::uint32_t seconds;
    std::string_view comment, parameters;
};
[[nodiscard]] std::expected<RetryAfter, ParseError> parse_retry_after(std::string_view text);

/// §20.43: one warning.
struct Warning {
    int code;  ///< 100..999
    std::string_view agent, text;
};
[[nodiscard]] std::expected<Warning, ParseError> parse_warning(std::string_view text);

/// §20.38: both parts as written.
struct Timestamp {
    std::string_view time, delay;
};
[[nodiscard]] std::expected<Timestamp, ParseError> parse_timestamp(std::string_view text);

/// RFC 3262 §7.1: 1 to 2^32-1.
[[nodiscard]] std::expected<std::uint32_t, ParseError> parse_rseq(std::string_view text);

/// RFC 3262 §7.2.
struct RAck {
    std::uint32_t response;
    CSeq cseq;
};
[[nodiscard]] std::expected<RAck, ParseError> parse_rack(std::string_view text);

/// The q of a Contact or Accept in thousandths: "1" is 1000, "0.7" 700 (§25.1 qvalue).
[[nodiscard]] std::expected<std::uint32_t, ParseError> parse_qvalue(std::string_view text);
/// Appends a q in its shortest form; at most 1000.
void append_qvalue(std::string& out, std::uint32_t thousandths);

[[nodiscard]] std::expected<std::string_view, ParseError> parse_mime_version(std::string_view text);  ///< §20.24: "1.0"
[[nodiscard]] std::expected<std::string_view, ParseError> parse_token(std::string_view text);         ///< one token and nothing else
/// Text that is for people: Subject, Server, Organization ... Whatever stands there, empty too.
[[nodiscard]] std::expected<std::string_view, ParseError> parse_text(std::string_view text);

[[nodiscard]] bool is_token(std::string_view text);  ///< §25.1

}  // namespace offhook::message
