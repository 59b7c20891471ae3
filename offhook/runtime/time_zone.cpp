#include "offhook/runtime/time_zone.hpp"

#include <date/tz.h>
#include <fmt/format.h>

#include <exception>
#include <utility>
#include <vector>

namespace offhook::runtime {

std::expected<charging::TimeZone, std::string> load_time_zone(std::string_view name) {
    using std::chrono::seconds;
    using std::chrono::sys_seconds;
    constexpr sys_seconds first{}, last = std::chrono::sys_days(std::chrono::year(2038) / 1 / 1);
    try {
        const date::time_zone* const zone = date::locate_zone(std::string(name));
        auto info = zone->get_info(first);
        const seconds offset = info.offset;
        std::vector<charging::TimeZone::Change> changes;
        while (info.end < last) {
            info = zone->get_info(info.end);
            changes.push_back({info.begin, info.offset});
        }
        return charging::TimeZone(std::string(name), offset, std::move(changes));
    } catch (const std::exception&) {
        return std::unexpected(fmt::format("\"{}\" is no time zone of the system's database: a name such as Europe/Berlin is wanted", name));
    }
}

}  // namespace offhook::runtime
