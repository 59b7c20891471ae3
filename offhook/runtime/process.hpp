// The process as the system sees it: descriptor limit, the lock of the data directory, signals, the line that says it is ready.
// Thread rule: the control thread, at start.
#pragma once
#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>

#include "offhook/runtime/descriptor.hpp"
#include "offhook/transport/listeners.hpp"

namespace offhook::runtime {

/// Raises the limit of open descriptors as far as allowed. The error says how many there are and how to allow more.
[[nodiscard]] std::expected<std::uint64_t, std::string> raise_descriptor_limit(std::uint64_t needed);

/// A data directory that belongs to this process alone until it ends, however it ends.
class DirectoryLock {
public:
    /// Makes the directory if it is missing (mode 0700). The error names the process that has it.
    [[nodiscard]] static std::expected<DirectoryLock, std::string> take(const std::filesystem::path& directory);

private:
    explicit DirectoryLock(Descriptor fd) : fd_(std::move(fd)) {}
    Descriptor fd_;
};

/// First thing in main(), before any thread is started: signals that end or reload the process wait for the control loop
/// (Runtime::run), and a peer that is gone does not end it (SIGPIPE).
void prepare_signals();

/// To be asked before anything is opened: afterwards a number that nobody handed to us may be a file of our own.
[[nodiscard]] bool is_open(int descriptor);

/// Writes one JSON line with the real ports, {"udp":["127.0.0.1:5060"],"tcp":[...],"http":"127.0.0.1:8080"}, for whoever started us, and closes
/// the descriptor unless it is a standard one.
[[nodiscard]] std::expected<void, std::string> write_ready(int descriptor, const transport::ListenerTable& listeners,
                                                           const std::optional<Endpoint>& http);

}  // namespace offhook::runtime
