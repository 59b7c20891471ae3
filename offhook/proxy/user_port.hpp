// The port through which the proxy learns whether a user of an own domain exists (404 or 480, RFC 3261 §16.5).
#pragma once
#include <functional>
#include <string_view>

namespace offhook::proxy {

/// `user` unescaped, `domain` in lower case. Answers at once, from memory. Thread rule: the shard's own thread.
using UserExists = std::function<bool(std::string_view user, std::string_view domain)>;

}  // namespace offhook::proxy
