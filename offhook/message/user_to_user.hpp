// User-to-User: data of the caller's application for the callee's (RFC 7433 §4), as ISDN carries it (RFC 7434).
// Must not know packages. Thread rule: pure functions over borrowed text.
#pragma once
#include <expected>
#include <string>
#include <string_view>

#include "offhook/base/text.hpp"
#include "offhook/message/error.hpp"
#include "offhook/message/values.hpp"

namespace offhook::message {

struct UserToUser : QuotableValue {
    std::string_view purpose{}, content{}, encoding{};  ///< empty: absent

    [[nodiscard]] bool is_hex() const { return iequals(encoding, "hex"); }
};

/// Fails as parse_quotable does; with bad_hexadecimal where encoding=hex and `value` is not two digits for each octet.
[[nodiscard]] std::expected<UserToUser, ParseError> parse_user_to_user(std::string_view text);

/// Appends the data and the parameters that the struct names.
void append_user_to_user(std::string& out, const UserToUser& data);

}  // namespace offhook::message
