// Reads time zones from the system's database (tzdata), which is a matter of files: what is computed with them is charging's.
#pragma once
#include <expected>
#include <string>
#include <string_view>

#include "offhook/charging/time_zone.hpp"

namespace offhook::runtime {

/// A zone by its name in the database, "Europe/Berlin", with the changes of its clocks from 1970 to 2037, as far as the database tells them one by
/// one; what held last holds on. The error says what is wrong with the name. May be called from any thread.
[[nodiscard]] std::expected<charging::TimeZone, std::string> load_time_zone(std::string_view name);

}  // namespace offhook::runtime
