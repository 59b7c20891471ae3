#include "offhook/http/token.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "offhook/base/text.hpp"

namespace offhook::http {
namespace {

std::unexpected<std::string> failed(const std::string& path, std::string_view what, int code) {
    return std::unexpected(fmt::format("{}: cannot be {}: {}", path, what, std::strerror(code)));
}

class File {
public:
    File(const std::string& path, int flags) : descriptor_(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600)) {}
    ~File() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    [[nodiscard]] int operator*() const { return descriptor_; }
    [[nodiscard]] bool open() const { return descriptor_ >= 0; }

private:
    int descriptor_;
};

std::expected<std::string, std::string> make_token(const std::string& path) {
    std::array<char, 32> secret{};
    if (::getrandom(secret.data(), secret.size(), 0) != static_cast<ssize_t>(secret.size())) return failed(path, "made: no randomness", errno);
    std::string token = to_hex(std::string_view(secret.data(), secret.size()));
    // Written aside and linked into place: a crash leaves no half of a token, and of two starters one makes it.
    const std::string aside = fmt::format("{}.{}", path, ::getpid());
    {
        ::unlink(aside.c_str());
        const File file(aside, O_WRONLY | O_CREAT | O_EXCL);
        if (!file.open()) return failed(path, "made", errno);
        const std::string line = token + "\n";
        if (::write(*file, line.data(), line.size()) != static_cast<ssize_t>(line.size()) || ::fsync(*file) != 0) {
            const int code = errno;
            ::unlink(aside.c_str());
            return failed(path, "written", code);
        }
    }
    const int linked = ::link(aside.c_str(), path.c_str());
    const int code = errno;
    ::unlink(aside.c_str());
    if (linked == 0) return token;
    return code == EEXIST ? read_token(path) : failed(path, "made", code);
}

}  // namespace

std::expected<std::string, std::string> read_token(const std::string& path) {
    const File file(path, O_RDONLY);
    if (!file.open()) return failed(path, "read", errno);
    struct stat status {};
    if (::fstat(*file, &status) != 0) return failed(path, "read", errno);
    if ((status.st_mode & 077) != 0) return std::unexpected(fmt::format("{}: others than its owner may read it: chmod 600 {}", path, path));
    std::array<char, 512> bytes{};
    const ssize_t size = ::read(*file, bytes.data(), bytes.size());
    if (size < 0) return failed(path, "read", errno);
    const auto token = trim(std::string_view(bytes.data(), static_cast<std::size_t>(size)));
    if (token.size() < 32 || token.find_first_of(" \t\r\n") != token.npos)
        return std::unexpected(fmt::format("{}: holds no token; remove it, and offhookd makes a new one when it starts", path));
    return std::string(token);
}

std::expected<std::string, std::string> load_or_make_token(const std::string& path) {
    if (::access(path.c_str(), F_OK) == 0 || errno != ENOENT) return read_token(path);
    return make_token(path);
}

}  // namespace offhook::http
