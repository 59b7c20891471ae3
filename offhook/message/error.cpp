#include "offhook/message/error.hpp"

#include <array>

namespace offhook::message {

namespace {

using enum ErrorCode;

struct Row {
    ErrorCode code;
    Description words;
};

constexpr Row rows[] = {
    {empty, {"no message: there is nothing but line ends", "RFC 3261 §7"}},
    {too_large, {"the message is larger than the limit", "RFC 3261 §21.4.11"}},
    {too_many_headers, {"there are more header fields than the limit", "RFC 3261 §21.4.11"}},
    {bad_start_line, {"the first line is neither METHOD SP URI SP SIP/2.0 nor SIP/2.0 SP STATUS SP REASON", "RFC 3261 §7.1"}},
    {bad_method, {"the method is not a token", "RFC 3261 §7.1"}},
    {bad_request_uri, {"a Request-URI holds neither blanks nor angle brackets", "RFC 3261 §7.1"}},
    {uri_too_long, {"the Request-URI is longer than the limit", "RFC 3261 §21.4.12"}},
    {bad_version, {"the protocol version is not SIP/2.0", "RFC 3261 §7.1"}},
    {bad_status, {"the status code is not a number from 100 to 699", "RFC 3261 §7.2"}},
    {no_header_end, {"the empty line after the header fields is missing", "RFC 3261 §7"}},
    {bad_header_name, {"the name of the header field is not a token", "RFC 3261 §7.3.1"}},
    {no_colon, {"the header field has no colon after its name", "RFC 3261 §7.3.1"}},
    {bad_header_value, {"a control octet stands in the value without a backslash", "RFC 3261 §25.1"}},
    {bad_folding, {"a continuation line follows no header field", "RFC 3261 §7.3.1"}},
    {unterminated_quote, {"the quoted string does not end", "RFC 3261 §25.1"}},
    {unterminated_angle, {"the angle bracket is not closed", "RFC 3261 §25.1"}},
    {bad_uri, {"this octet cannot stand in a URI, or its scheme is missing", "RFC 3261 §19.1.1"}},
    {bad_host, {"this is neither a host name, an IPv4 address nor an IPv6 address in square brackets", "RFC 3261 §25.1"}},
    {bad_port, {"the port is not a number from 1 to 65535", "RFC 3261 §25.1"}},
    {bad_parameter, {"this is not a parameter: name or name=value", "RFC 3261 §25.1"}},
    {bad_escape, {"a percent sign must be followed by two hexadecimal digits", "RFC 3261 §19.1.2"}},
    {bad_name_addr, {"this is neither a URI nor a name with a URI in angle brackets", "RFC 3261 §20.10"}},
    {comma_needs_brackets, {"a URI with a comma, question mark or semicolon must stand in angle brackets", "RFC 3261 §20.10"}},
    {bad_via, {"this is not SIP/2.0/TRANSPORT and the sender's host", "RFC 3261 §20.42"}},
    {bad_cseq, {"this is not a sequence number and a method", "RFC 3261 §20.16"}},
    {cseq_method_mismatch, {"the method differs from that of the request line", "RFC 3261 §8.1.1.5"}},
    {number_out_of_range, {"the number is out of range", "RFC 3261 §25.1"}},
    {bad_number, {"this is not a number", "RFC 3261 §25.1"}},
    {bad_token, {"this is not a token: letters, digits and -.!%*_+`'~", "RFC 3261 §25.1"}},
    {bad_date, {"this is not a date like Sat, 13 Nov 2010 23:29:00 GMT", "RFC 3261 §20.17"}},
    {bad_media_type, {"this is not a media type like application/sdp", "RFC 3261 §20.15"}},
    {bad_credentials, {"these are not credentials: a scheme, then name=value pairs with commas between", "RFC 3261 §20.7"}},
    {bad_call_id, {"this is not a word, or two words with an @ between", "RFC 3261 §20.8"}},
    {missing_header, {"a mandatory header field is missing", "RFC 3261 §8.1.1"}},
    {repeated_header, {"the header field may stand only once", "RFC 3261 §7.3.1"}},
    {body_too_short, {"the body is shorter than Content-Length says", "RFC 3261 §18.3"}},
    {bad_content_length, {"this is not a number of octets", "RFC 3261 §20.14"}},
    {tag_missing, {"the tag is missing", "RFC 3261 §8.1.1.3"}},
    {bad_branch, {"the branch is not z9hG4bK and something that tells transactions apart", "RFC 3261 §8.1.1.7"}},
    {trailing_bytes, {"something follows that does not belong to the value", "RFC 3261 §25.1"}},
    {bad_line_end, {"a line ends with CR and LF, neither may stand alone", "RFC 3261 §7"}},
    {unsupported_scheme, {"the scheme of the Request-URI is not sip, sips or tel", "RFC 3261 §8.2.2.1"}},
    {headers_in_request_uri, {"a Request-URI cannot have header components", "RFC 3261 §19.1.1"}},
    {bad_warning, {"this is not a warning: three digits, an agent and a quoted text", "RFC 3261 §20.43"}},
    {bad_timestamp, {"this is not a timestamp: seconds, and perhaps a delay", "RFC 3261 §20.38"}},
    {bad_session_id, {"this is not 32 hexadecimal digits in lower case", "RFC 7989 §5"}},
    {bad_identity, {"this is not a signed PASSporT and info=<URI>", "RFC 8224 §4"}},
    {bad_service, {"this is not urn:urn-7: and the name of a service", "RFC 6050 §4.4"}},
    {bad_resource_priority, {"this is not a namespace, a dot and a priority", "RFC 4412 §3.1"}},
    {bad_feature_caps, {"this is not * and indicators that begin with a plus sign, their values quoted", "RFC 6809 §6.3.2"}},
    {bad_content_id, {"this is not <left@right>", "RFC 8262 §3.2"}},
    {missing_charging_id, {"the icid-value is missing", "RFC 7315 §5.6"}},
    {bad_hexadecimal, {"these are not hexadecimal digits as the field wants them", "RFC 3261 §25.1"}},
    {bad_boundary, {"a multipart needs a boundary parameter of 1 to 70 letters, digits or '()+_,-./:=? and blanks, none at its end", "RFC 2046 §5.1.1"}},
    {boundary_not_found, {"the line with two hyphens and the boundary, before the first part, is missing", "RFC 2046 §5.1.1"}},
    {multipart_unclosed, {"the line with the boundary between two hyphens and two hyphens, after the last part, is missing", "RFC 2046 §5.1.1"}},
    {too_many_parts, {"the body has more parts, or parts within parts, than the limit", "RFC 5621 §4.2"}},
    {bad_telephone_number, {"a telephone number is digits and - . ( ), after a plus sign where it is global", "RFC 3966 §3"}},
    {phone_context_missing, {"a local number needs phone-context: a domain, or the first digits of a global number", "RFC 3966 §5.1.5"}},
    {bad_phone_context, {"phone-context is neither a domain name nor a plus sign and digits", "RFC 3966 §3"}},
    {repeated_parameter, {"the parameter may stand only once", "RFC 3261 §7.3.1, RFC 3966 §3"}},
    {two_extensions, {"isub and ext cannot stand together", "RFC 3966 §5.3"}},
    {missing_parameter, {"a parameter that this field must have is missing", "RFC 3261 §7.3.1"}},
    {bad_parameter_value, {"the parameter cannot have this value", "RFC 3261 §7.3.1"}},
    {bad_feature, {"this is not a feature: a tag and perhaps, in quotes, its values", "RFC 3840 §9"}},
};

constexpr bool in_order() {
    for (std::size_t i = 0; i < std::size(rows); ++i)
        if (rows[i].code != static_cast<ErrorCode>(i)) return false;
    return std::size(rows) == static_cast<std::size_t>(bad_feature) + 1;
}
static_assert(in_order(), "one row for each code, in the order of the codes");

}  // namespace

Description describe(ErrorCode code) { return rows[static_cast<std::size_t>(code)].words; }

}  // namespace offhook::message
