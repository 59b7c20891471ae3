// A file as a whole, as long as it is not too large: what an operator names may be a directory or a device without end.
#pragma once
#include <cstddef>
#include <cstdio>
#include <expected>
#include <string>

namespace offhook::runtime {

/// The error says what is wrong without naming the file: "cannot be read: Is a directory".
[[nodiscard]] std::expected<std::string, std::string> read_file(const std::string& name, std::size_t most);
/// The same of a stream that is open, which stays so.
[[nodiscard]] std::expected<std::string, std::string> read_stream(std::FILE* stream, std::size_t most);

}  // namespace offhook::runtime
