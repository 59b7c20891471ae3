// A file, or standard input, as a whole.
#pragma once
#include <expected>
#include <string>

#include "apps/offhook/program.hpp"

namespace offhook::cli {

/// At most 64 MiB; "-" is standard input.
[[nodiscard]] std::expected<std::string, Failure> read_file(const std::string& name);

}  // namespace offhook::cli
