// Times as text, as the API and tariffs write and read them: RFC 3339 in UTC.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "offhook/base/time.hpp"

namespace offhook {

/// "2026-11-22T09:55:21.250000Z"
[[nodiscard]] std::string format_time(UtcTime time);

/// "2026-11-22", "2026-11-22T09:55", "2026-11-22T09:55:21", with a fraction of up to six digits, a final Z or an offset "+01:00";
/// without an offset it is UTC. Nothing if it is none of these or no such day exists.
[[nodiscard]] std::optional<UtcTime> parse_time(std::string_view text);

}  // namespace offhook
