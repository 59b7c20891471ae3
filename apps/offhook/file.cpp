#include "apps/offhook/file.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "offhook/runtime/file.hpp"

namespace offhook::cli {

std::expected<std::string, Failure> read_file(const std::string& name) {
    constexpr std::size_t most = 64u << 20;
    auto text = name == "-" ? runtime::read_stream(stdin, most) : runtime::read_file(name, most);
    if (!text) return std::unexpected(Failure{Exit::usage, fmt::format("{}: {}", name == "-" ? "standard input" : name, text.error())});
    return std::move(*text);
}

}  // namespace offhook::cli
