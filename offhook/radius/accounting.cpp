#include "offhook/radius/accounting.hpp"

#include <algorithm>
#include <limits>

namespace offhook::radius {

namespace {

/// Seconds that an attribute of 32 bits can hold, the nearest ones otherwise.
std::uint32_t seconds_of(std::chrono::seconds seconds) {
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(seconds.count(), 0, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

void append_accounting(AttributeWriter& out, const AccountingRecord& record) {
    out.add(Type::acct_status_type, static_cast<std::uint32_t>(record.status));
    out.add(Type::acct_session_id, record.session_id);
    out.add(Type::user_name, record.user);
    out.add(Type::calling_station_id, record.calling);
    out.add(Type::called_station_id, record.called);
    out.add(Type::event_timestamp, seconds_of(std::chrono::floor<std::chrono::seconds>(record.happened).time_since_epoch()));
    if (record.duration) out.add(Type::acct_session_time, seconds_of(*record.duration));
    if (record.cause) out.add(Type::acct_terminate_cause, static_cast<std::uint32_t>(*record.cause));
}

}  // namespace offhook::radius
