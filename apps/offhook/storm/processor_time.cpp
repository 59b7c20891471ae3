#include "apps/offhook/storm/processor_time.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "offhook/base/text.hpp"

namespace offhook::cli::storm {
namespace {

struct Entry {
    int parent = 0;
    Duration::rep ticks = 0;
};

// proc(5): the name, in parentheses, may hold anything; after it come state, parent ... utime and stime as fields 14 and 15.
std::optional<Entry> read_entry(const std::filesystem::path& folder) {
    std::ifstream file(folder / "stat");
    std::string text;
    if (!std::getline(file, text)) return std::nullopt;
    const auto name_end = text.rfind(')');
    if (name_end == text.npos) return std::nullopt;
    std::vector<std::string_view> fields;
    for (std::string_view rest = std::string_view(text).substr(name_end + 1); !rest.empty();) {
        rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
        const auto end = std::min(rest.find(' '), rest.size());
        if (end > 0) fields.push_back(rest.substr(0, end));
        rest.remove_prefix(end);
    }
    if (fields.size() < 13) return std::nullopt;
    const auto user = to_number<Duration::rep>(fields[11]), system = to_number<Duration::rep>(fields[12]);
    const auto parent = to_number<int>(fields[1]);
    if (!user || !system || !parent) return std::nullopt;
    return Entry{*parent, *user + *system};
}

}  // namespace

std::optional<Duration> processor_time_of(int process) {
    std::map<int, Entry> entries;
    std::error_code error;
    for (const auto& folder : std::filesystem::directory_iterator("/proc", error))
        if (const auto id = to_number<int>(folder.path().filename().string()))
            if (const auto entry = read_entry(folder.path())) entries[*id] = *entry;
    if (process <= 0 || !entries.contains(process)) return std::nullopt;
    Duration::rep ticks = 0;
    for (const auto& [id, entry] : entries) {
        int ancestor = id;
        while (ancestor != process && ancestor != 0) {
            const auto found = entries.find(ancestor);
            ancestor = found == entries.end() ? 0 : found->second.parent;
        }
        if (ancestor == process) ticks += entry.ticks;
    }
    return Duration(ticks * 1'000'000 / ::sysconf(_SC_CLK_TCK));
}

}  // namespace offhook::cli::storm
