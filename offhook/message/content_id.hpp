// Content-ID of a whole message body, so that cid: URIs of header fields can name it (RFC 8262 §3.2). Those of parts: body.hpp.
// Thread rule: a pure function over borrowed text.
#pragma once
#include <expected>
#include <string_view>

#include "offhook/message/error.hpp"

namespace offhook::message {

/// "<left@right>": left@right, which is what follows "cid:" but for its escapes. Fails with bad_content_id.
[[nodiscard]] std::expected<std::string_view, ParseError> parse_content_id(std::string_view text);

}  // namespace offhook::message
