// The bearer token of the HTTP API: made at the first start, kept in a file that only its owner may read.
#pragma once
#include <expected>
#include <string>

namespace offhook::http {

/// The token in this file; makes file and token (256 bits, 64 hexadecimal digits) if there is none, mode 0600. Error: what is wrong
/// with the file and what to do, without "error:".
[[nodiscard]] std::expected<std::string, std::string> load_or_make_token(const std::string& path);

/// The token in this file, for a client. Error as above.
[[nodiscard]] std::expected<std::string, std::string> read_token(const std::string& path);

}  // namespace offhook::http
