// Session-ID: one name for a session from end to end, made of a UUID of each side (RFC 7989 §5; RFC 7329 had only the first).
// Thread rule: pure functions over borrowed text.
#pragma once
#include <expected>
#include <string>
#include <string_view>

#include "offhook/message/error.hpp"

namespace offhook::message {

struct SessionId {
    /// What stands for a side that is not known yet.
    static constexpr std::string_view nil = "00000000000000000000000000000000";

    std::string_view local;       ///< of the sender: 32 digits of 0-9 and a-f
    std::string_view remote;      ///< of the other side; empty: absent, the sender knows only RFC 7329
    std::string_view parameters;
};

/// Fails with bad_session_id where a UUID breaks; with bad_parameter, repeated_parameter at a second remote.
[[nodiscard]] std::expected<SessionId, ParseError> parse_session_id(std::string_view text);

/// Appends both; an empty remote is the nil UUID.
void append_session_id(std::string& out, std::string_view local, std::string_view remote);

}  // namespace offhook::message
