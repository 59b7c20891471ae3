// What is wrong with a message and what the peer is owed for it.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace offhook::message {

/// One code for each rule that can be broken; describe() has its words and its RFC section.
enum class ErrorCode : std::uint8_t {
    empty,                 ///< no bytes, or only line ends
    too_large,             ///< more bytes than the limit: 413
    too_many_headers,      ///< more header fields than the limit: 413
    bad_start_line,
    bad_method,
    bad_request_uri,       ///< the Request-URI cannot be read, or has spaces or angle brackets
    uri_too_long,          ///< 414
    bad_version,           ///< not SIP/2.0: 505
    bad_status,
    no_header_end,         ///< the empty line after the header fields is missing
    bad_header_name,
    no_colon,
    bad_header_value,      ///< a control octet in a value
    bad_folding,
    unterminated_quote,
    unterminated_angle,
    bad_uri,
    bad_host,
    bad_port,
    bad_parameter,
    bad_escape,
    bad_name_addr,
    comma_needs_brackets,  ///< §20.10: a URI with a comma, question mark or semicolon must stand in angle brackets
    bad_via,
    bad_cseq,
    cseq_method_mismatch,
    number_out_of_range,
    bad_number,
    bad_token,
    bad_date,
    bad_media_type,
    bad_credentials,
    bad_call_id,
    missing_header,        ///< a mandatory field is absent (§8.1.1)
    repeated_header,       ///< a field that may stand once stands twice
    body_too_short,        ///< Content-Length is larger than what followed
    bad_content_length,
    tag_missing,
    bad_branch,            ///< of a Via: absent, or not one of RFC 3261
    trailing_bytes,        ///< bytes after the value that do not belong to it
    bad_line_end,          ///< a CR or LF that is not part of a CR LF
    unsupported_scheme,    ///< a Request-URI that is neither sip:, sips: nor tel:: 416
    headers_in_request_uri,
    bad_warning,
    bad_timestamp,
    bad_session_id,         ///< RFC 7989
    bad_identity,           ///< RFC 8224
    bad_service,            ///< RFC 6050
    bad_resource_priority,  ///< RFC 4412
    bad_feature_caps,       ///< RFC 6809
    bad_content_id,         ///< RFC 8262
    missing_charging_id,    ///< RFC 7315
    bad_hexadecimal,
    bad_boundary,          ///< a multipart without boundary parameter, or with one that cannot be
    boundary_not_found,    ///< no part begins: the first boundary line is missing
    multipart_unclosed,    ///< the last boundary line, with two hyphens at its end, is missing
    too_many_parts,        ///< more parts of a body, or deeper nested, than the limit
    bad_telephone_number,
    phone_context_missing, ///< a local number that does not say where it is valid
    bad_phone_context,
    repeated_parameter,
    two_extensions,        ///< isub and ext in one telephone number
    missing_parameter,
    bad_parameter_value,
    bad_feature,           ///< RFC 3840 §9
};

struct ParseError {
    ErrorCode code;
    std::uint32_t offset;  ///< of the first octet that breaks the rule, from the start of what was parsed
    friend bool operator==(const ParseError&, const ParseError&) = default;
};

struct Description {
    std::string_view text;     ///< "a URI with a comma must stand in angle brackets"
    std::string_view section;  ///< "RFC 3261 §20.10"
};
[[nodiscard]] Description describe(ErrorCode code);

/// A refusal: the final response that the sender is owed.
struct Reject {
    int status;                ///< 300..699
    std::string_view reason;   ///< lives as long as the program
};

}  // namespace offhook::message
