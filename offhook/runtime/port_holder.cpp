// Who holds a port: /proc/net/{udp,tcp}{,6} gives the inode of its socket, /proc/PID/fd whose it is.
#include <fmt/format.h>
#include <netinet/in.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <system_error>
#include <vector>

#include "offhook/base/text.hpp"
#include "offhook/runtime/listen.hpp"
#include "offhook/runtime/socket_address.hpp"

namespace offhook::runtime {

namespace {

namespace fs = std::filesystem;

/// "0100007F:13C4": words of four octets as the machine stores them, in hexadecimal.
std::optional<Endpoint> parse_local(std::string_view text) {
    const auto colon = text.find(':');
    if (colon != 8 && colon != 32) return std::nullopt;
    std::uint32_t words[4] = {};
    const auto hexadecimal = [](std::string_view digits, std::uint32_t& value) {
        return std::from_chars(digits.data(), digits.data() + digits.size(), value, 16).ec == std::errc{};
    };
    for (std::size_t i = 0; i < colon / 8; ++i)
        if (!hexadecimal(text.substr(i * 8, 8), words[i])) return std::nullopt;
    std::uint32_t port = 0;
    if (!hexadecimal(text.substr(colon + 1), port)) return std::nullopt;
    if (colon == 8) {
        in_addr a{};
        std::memcpy(&a, words, sizeof a);
        return Endpoint{to_address(a), static_cast<std::uint16_t>(port)};
    }
    in6_addr a{};
    std::memcpy(&a, words, sizeof a);
    return Endpoint{to_address(a), static_cast<std::uint16_t>(port)};
}

bool overlaps(const Endpoint& wanted, const Endpoint& held) {
    if (wanted.port != held.port) return false;
    return wanted.address.is_v6() != held.address.is_v6()
               ? held.address.is_unspecified()  // a socket of both families
               : wanted.address == held.address || wanted.address.is_unspecified() || held.address.is_unspecified();
}

void collect_inodes(const std::string& table, bool streams, const Endpoint& endpoint, std::vector<std::string>& inodes) {
    constexpr std::string_view listening = "0A";
    std::ifstream file(table);
    std::string line;
    while (std::getline(file, line)) {
        std::istringstream fields(line);
        std::string slot, local, remote, state, queues, timer, retransmits, uid, timeout, inode;
        if (!(fields >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> uid >> timeout >> inode)) continue;
        if (streams && state != listening) continue;
        const auto held = parse_local(local);
        if (held && overlaps(endpoint, *held)) inodes.push_back("socket:[" + inode + "]");
    }
}

bool holds_one_of(const fs::path& process, const std::vector<std::string>& inodes) {
    std::error_code error;
    for (fs::directory_iterator fd(process / "fd", error), end; !error && fd != end; fd.increment(error)) {
        std::error_code gone;
        const std::string target = fs::read_symlink(fd->path(), gone).string();
        for (const std::string& inode : inodes)
            if (!gone && target == inode) return true;
    }
    return false;
}

}  // namespace

std::string holder_of(transport::Protocol protocol, const Endpoint& endpoint) {
    const bool streams = protocol != transport::Protocol::udp;
    std::vector<std::string> inodes;
    for (const char* family : {"", "6"}) collect_inodes(fmt::format("/proc/net/{}{}", streams ? "tcp" : "udp", family), streams, endpoint, inodes);
    if (inodes.empty()) return {};
    std::error_code error;
    for (fs::directory_iterator entry("/proc", error), end; !error && entry != end; entry.increment(error)) {
        const std::string pid = entry->path().filename().string();
        if (!to_number<std::uint32_t>(pid) || !holds_one_of(entry->path(), inodes)) continue;
        std::ifstream comm(entry->path() / "comm");
        std::string name;
        std::getline(comm, name);
        return fmt::format("process {} ({})", pid, name);
    }
    return {};
}

}  // namespace offhook::runtime
