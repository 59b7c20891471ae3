// Reads what FreeRADIUS writes of accounting, a file called detail: an entry begins with its time, each attribute is a line "\tName = value", an
// empty line ends it. Thread rule: any thread.
#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <vector>

namespace offhook::journal {

/// A Stop in the file: which call it ends, and by which event.
struct DetailStop {
    std::uint64_t record = 0;
    std::uint64_t event = 0;
    auto operator<=>(const DetailStop&) const = default;
};

/// Every whole Stop of ours in the files that fit the pattern (as a shell has it). An entry without `offhook-event` is somebody else's. The error
/// names the file that cannot be read.
[[nodiscard]] std::expected<std::vector<DetailStop>, std::string> read_detail(const std::string& pattern);

}  // namespace offhook::journal
