#include "offhook/journal/radius_detail.hpp"

#include <glob.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <string_view>

#include "offhook/base/text.hpp"

namespace offhook::journal {
namespace {

std::vector<std::string> files_of(const std::string& pattern) {
    glob_t found{};
    std::vector<std::string> files;
    if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) files.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
    ::globfree(&found);
    return files;
}

std::string_view unquoted(std::string_view value) {
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') return value.substr(1, value.size() - 2);
    return value;
}

std::optional<std::uint64_t> session_of(std::string_view value) {
    if (value.size() != 16) return std::nullopt;
    std::uint64_t id = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), id, 16);
    return error == std::errc{} && end == value.data() + value.size() ? std::optional(id) : std::nullopt;
}

/// What is known of the entry that is being read.
struct Entry {
    bool stop = false;
    std::optional<std::uint64_t> record, event;

    void take(std::string_view line) {
        constexpr std::string_view equals = " = ", event_name = "offhook-event=";
        const auto middle = line.find(equals);
        if (middle == line.npos) return;
        const std::string_view name = trim(line.substr(0, middle)), value = unquoted(line.substr(middle + equals.size()));
        if (name == "Acct-Status-Type") stop = value == "Stop";
        if (name == "Acct-Session-Id") record = session_of(value);
        if (name == "Cisco-AVPair" && value.starts_with(event_name)) event = to_number<std::uint64_t>(value.substr(event_name.size()));
    }
};

std::expected<void, std::string> read_file(const std::string& path, std::vector<DetailStop>& out) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::unexpected("cannot read " + path + ": " + std::strerror(errno));
    Entry entry;
    for (std::string line; std::getline(file, line) && !file.eof();) {
        if (!line.empty()) {
            entry.take(line);
            continue;
        }
        if (entry.stop && entry.record && entry.event) out.push_back({*entry.record, *entry.event});
        entry = {};
    }
    if (file.bad()) return std::unexpected("cannot read " + path + ": " + std::strerror(errno));
    return {};
}

}  // namespace

std::expected<std::vector<DetailStop>, std::string> read_detail(const std::string& pattern) {
    const auto files = files_of(pattern);
    if (files.empty()) return std::unexpected("there is no file " + pattern);
    std::vector<DetailStop> stops;
    for (const std::string& file : files)
        if (auto done = read_file(file, stops); !done) return std::unexpected(done.error());
    return stops;
}

}  // namespace offhook::journal
