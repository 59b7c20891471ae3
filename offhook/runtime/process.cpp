#include "offhook/runtime/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <system_error>

#include "offhook/base/text.hpp"

namespace offhook::runtime {

namespace {

std::string name_of_process(std::string_view pid) {
    std::ifstream file(fmt::format("/proc/{}/comm", pid));
    std::string name;
    return std::getline(file, name) ? fmt::format(" ({})", name) : std::string();
}

std::expected<void, std::string> write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t n = ::write(fd, text.data(), text.size());
        if (n > 0)
            text.remove_prefix(static_cast<std::size_t>(n));
        else if (errno != EINTR)
            return std::unexpected(std::string(std::strerror(errno)));
    }
    return {};
}

}  // namespace

std::expected<std::uint64_t, std::string> raise_descriptor_limit(std::uint64_t needed) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::unexpected(fmt::format("limit of open files: {}", std::strerror(errno)));
    if (limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
    }
    if (limit.rlim_max < needed) {
        // A privileged process may raise the hard limit too.
        rlimit wanted{needed, needed};
        static_cast<void>(::setrlimit(RLIMIT_NOFILE, &wanted));
    }
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= needed) return limit.rlim_cur;
    return std::unexpected(fmt::format("{} files may be open at once, but {} are needed: raise LimitNOFILE= of the service, or \"ulimit -n {}\"",
                                       limit.rlim_cur, needed, needed));
}

std::expected<DirectoryLock, std::string> DirectoryLock::take(const std::filesystem::path& directory) {
    std::error_code error;
    if (std::filesystem::create_directories(directory, error)) std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
    if (error) return std::unexpected(fmt::format("data directory {}: {}", directory.string(), error.message()));
    const std::string file = (directory / "lock").string();
    Descriptor fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!fd) return std::unexpected(fmt::format("{}: {}", file, std::strerror(errno)));
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return std::unexpected(fmt::format("{}: {}", file, std::strerror(errno)));
        std::array<char, 32> text{};
        const ssize_t n = ::pread(fd.get(), text.data(), text.size(), 0);
        const std::string_view pid = trim(std::string_view(text.data(), n > 0 ? static_cast<std::size_t>(n) : 0));
        if (!to_number<std::uint32_t>(pid)) return std::unexpected(fmt::format("data directory {} is in use", directory.string()));
        return std::unexpected(fmt::format("data directory {} is in use by process {}{}", directory.string(), pid, name_of_process(pid)));
    }
    if (::ftruncate(fd.get(), 0) != 0) return std::unexpected(fmt::format("{}: {}", file, std::strerror(errno)));
    if (auto written = write_all(fd.get(), fmt::format("{}\n", ::getpid())); !written)
        return std::unexpected(fmt::format("{}: {}", file, written.error()));
    return DirectoryLock(std::move(fd));
}

void prepare_signals() {
    std::signal(SIGPIPE, SIG_IGN);
    sigset_t waiting;
    sigemptyset(&waiting);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&waiting, signal);
    ::pthread_sigmask(SIG_BLOCK, &waiting, nullptr);
}

bool is_open(int descriptor) { return ::fcntl(descriptor, F_GETFD) >= 0; }

std::expected<void, std::string> write_ready(int descriptor, const transport::ListenerTable& listeners, const std::optional<Endpoint>& http) {
    std::string line = "{";
    for (const transport::Protocol protocol : {transport::Protocol::udp, transport::Protocol::tcp}) {
        fmt::format_to(std::back_inserter(line), "{}\"{}\":[", line.size() > 1 ? "," : "", transport::uri_name(protocol));
        bool first = true;
        for (const transport::Listener& l : listeners.all()) {
            if (l.protocol != protocol) continue;
            fmt::format_to(std::back_inserter(line), "{}\"{}\"", std::exchange(first, false) ? "" : ",", l.bound.text());
        }
        line += ']';
    }
    if (http) fmt::format_to(std::back_inserter(line), ",\"http\":\"{}\"", http->text());
    line += "}\n";
    auto written = write_all(descriptor, line);
    if (descriptor > STDERR_FILENO) ::close(descriptor);
    if (!written) return std::unexpected(fmt::format("descriptor {} for the ready line: {}", descriptor, written.error()));
    return {};
}

}  // namespace offhook::runtime
