#include "offhook/message/error.hpp"

namespace offhook::message {

Description describe(ErrorCode code) {
    using enum ErrorCode;
    switch (code) {
        case empty: return {"no message: there is nothing but line ends", "RFC 3261 §7"};
        case too_large: return {"the message is larger than the limit", "RFC 3261 §21.4.11"};
        case too_many_headers: return {"there are more header fields than the limit", "RFC 3261 §21.4.11"};
        case bad_start_line: return {"the first line is neither METHOD SP URI SP SIP/2.0 nor SIP/2.0 SP STATUS SP REASON", "RFC 3261 §7.1"};
        case bad_method: return {"the method is not a token", "RFC 3261 §7.1"};
        case bad_request_uri: return {"the Request-URI is not a URI without blanks and angle brackets", "RFC 3261 §7.1"};
        case uri_too_long: return {"the Request-URI is longer than the limit", "RFC 3261 §21.4.12"};
        case bad_version: return {"the protocol version is not SIP/2.0", "RFC 3261 §21.5.6"};
        case bad_status: return {"the status code is not a number from 100 to 699", "RFC 3261 §7.2"};
        case no_header_end: return {"the empty line after the header fields is missing", "RFC 3261 §7"};
        case bad_header_name: return {"the name of the header field is not a token", "RFC 3261 §7.3.1"};
        case no_colon: return {"the header field has no colon after its name", "RFC 3261 §7.3.1"};
        case bad_header_value: return {"a control octet stands in the value without a backslash", "RFC 3261 §25.1"};
        case bad_folding: return {"a continuation line follows no header field", "RFC 3261 §7.3.1"};
        case unterminated_quote: return {"the quoted string does not end", "RFC 3261 §25.1"};
        case unterminated_angle: return {"the angle bracket is not closed", "RFC 3261 §25.1"};
        case bad_uri: return {"this is not a URI", "RFC 3261 §19.1.1"};
        case bad_host: return {"this is neither a host name, an IPv4 address nor an IPv6 address in square brackets", "RFC 3261 §25.1"};
        case bad_port: return {"the port is not a number from 1 to 65535", "RFC 3261 §25.1"};
        case bad_parameter: return {"this is not a parameter: name or name=value", "RFC 3261 §25.1"};
        case bad_escape: return {"a percent sign must be followed by two hexadecimal digits", "RFC 3261 §19.1.2"};
        case bad_name_addr: return {"this is neither a URI nor a name with a URI in angle brackets", "RFC 3261 §20.10"};
        case comma_needs_brackets: return {"a URI with a comma, question mark or semicolon must stand in angle brackets", "RFC 3261 §20.10"};
        case bad_via: return {"this is not SIP/2.0/TRANSPORT and the sender's host", "RFC 3261 §20.42"};
        case bad_cseq: return {"this is not a sequence number and a method", "RFC 3261 §20.16"};
        case cseq_method_mismatch: return {"the method differs from that of the request line", "RFC 3261 §8.1.1.5"};
        case number_out_of_range: return {"the number is too large", "RFC 3261 §25.1"};
        case bad_number: return {"this is not a number", "RFC 3261 §25.1"};
        case bad_token: return {"this is not a token", "RFC 3261 §25.1"};
        case bad_date: return {"this is not a date like Sat, 13 Nov 2010 23:29:00 GMT", "RFC 3261 §20.17"};
        case bad_media_type: return {"this is not a media type like application/sdp", "RFC 3261 §20.15"};
        case bad_credentials: return {"these are not credentials: a scheme, then name=value pairs with commas between", "RFC 3261 §20.7"};
        case bad_challenge: return {"this is not a challenge: a scheme, then name=value pairs with commas between", "RFC 3261 §20.44"};
        case bad_call_id: return {"this is not a word, or two words with an @ between", "RFC 3261 §20.8"};
        case missing_header: return {"a mandatory header field is missing", "RFC 3261 §8.1.1"};
        case repeated_header: return {"the header field may stand only once", "RFC 3261 §7.3.1"};
        case body_too_short: return {"the body is shorter than Content-Length says", "RFC 3261 §18.3"};
        case bad_content_length: return {"this is not a number of octets", "RFC 3261 §20.14"};
        case tag_missing: return {"the tag is missing", "RFC 3261 §8.1.1.3"};
        case trailing_bytes: return {"something follows that does not belong to the value", "RFC 3261 §25.1"};
        case bad_sdp: return {"this is not a session description", "RFC 8866 §5"};
        case bad_line_end: return {"a line ends with CR and LF, neither may stand alone", "RFC 3261 §7"};
        case unsupported_scheme: return {"the scheme of the Request-URI is not sip, sips or tel", "RFC 3261 §16.3"};
        case headers_in_request_uri: return {"a Request-URI cannot have header components", "RFC 3261 §19.1.1"};
        case bad_warning: return {"this is not a warning: three digits, an agent and a quoted text", "RFC 3261 §20.43"};
        case bad_timestamp: return {"this is not a timestamp: seconds, and perhaps a delay", "RFC 3261 §20.38"};
    }
    return {"unknown", "RFC 3261"};
}

}  // namespace offhook::message
