// What can be wrong with a session description, and at which octet.
#pragma once
#include <cstdint>
#include <string_view>

namespace offhook::sdp {

enum class ErrorCode : std::uint8_t {
    empty,
    no_equals_sign,  ///< a line is not <letter>=<value>
    unknown_type,    ///< a letter that is not one of v o s i u e p c b t r z k a m
    version_not_first,
    bad_version,  ///< not v=0
    repeated_line,
    missing_line,  ///< o=, s= or t= is absent
    bad_origin,
    bad_connection,
    bad_bandwidth,
    bad_time,
    bad_attribute,
    bad_media,
    session_line_in_media,  ///< o= s= t= ... after the first m=
    control_octet,          ///< NUL or CR inside a line
    bad_value,              ///< the value of an attribute breaks its own grammar
};

struct ParseError {
    ErrorCode code;
    std::uint32_t offset;  ///< of the first octet that breaks the rule, in the text that was given to the parser
    friend bool operator==(const ParseError&, const ParseError&) = default;
};
[[nodiscard]] std::string_view describe(ErrorCode code);  ///< in words, without the section: all but bad_value are RFC 8866 §5

}  // namespace offhook::sdp
