#include "offhook/runtime/file.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

namespace offhook::runtime {

namespace {
std::unexpected<std::string> unreadable() { return std::unexpected(fmt::format("cannot be read: {}", std::strerror(errno))); }
}  // namespace

std::expected<std::string, std::string> read_stream(std::FILE* stream, std::size_t most) {
    std::string text;
    std::array<char, 65'536> block;
    while (const std::size_t size = std::fread(block.data(), 1, block.size(), stream)) {
        text.append(block.data(), size);
        if (text.size() > most) return std::unexpected(fmt::format("larger than {} octets", most));
    }
    if (std::ferror(stream) != 0) return unreadable();
    return text;
}

std::expected<std::string, std::string> read_file(const std::string& name, std::size_t most) {
    const std::unique_ptr<std::FILE, decltype([](std::FILE* file) { std::fclose(file); })> file(std::fopen(name.c_str(), "rbe"));
    if (!file) return unreadable();
    return read_stream(file.get(), most);
}

}  // namespace offhook::runtime
