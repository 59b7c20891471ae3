#include "apps/offhook/file.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace offhook::cli {

std::expected<std::string, Failure> read_file(const std::string& name) {
    constexpr std::size_t most = 64u << 20;
    const auto close = [](std::FILE* file) { return file == stdin ? 0 : std::fclose(file); };
    const std::unique_ptr<std::FILE, decltype(close)> file(name == "-" ? stdin : std::fopen(name.c_str(), "rb"), close);
    const std::string shown = name == "-" ? "standard input" : name;
    if (!file) return std::unexpected(Failure{Exit::usage, fmt::format("{}: cannot be read: {}", shown, std::strerror(errno))});
    std::string text;
    std::array<char, 65'536> block;
    while (const std::size_t size = std::fread(block.data(), 1, block.size(), file.get())) {
        text.append(block.data(), size);
        if (text.size() > most) return std::unexpected(Failure{Exit::usage, fmt::format("{}: larger than {} octets", shown, most)});
    }
    if (std::ferror(file.get()) != 0)
        return std::unexpected(Failure{Exit::usage, fmt::format("{}: cannot be read: {}", shown, std::strerror(errno))});
    return text;
}

}  // namespace offhook::cli
