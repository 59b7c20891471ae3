#include "offhook/radius/accounting.hpp"

#include <algorithm>
#include <limits>
#include <string>

namespace offhook::radius {

namespace {

constexpr std::uint32_t cisco = 9;
constexpr std::uint8_t av_pair = 1;
constexpr std::size_t longest_vendor_value = longest_value - 4 - attribute_head;
constexpr std::uint32_t port_type_virtual = 5;  // RFC 2865 §5.41

/// Seconds that an attribute of 32 bits can hold, the nearest ones otherwise.
std::uint32_t seconds_of(std::chrono::seconds seconds) {
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(seconds.count(), 0, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

void append_accounting(AttributeWriter& out, const AccountingRecord& record) {
    const auto text = [&](Type type, std::string_view value) { out.add(type, value.substr(0, longest_value)); };
    out.add(Type::acct_status_type, static_cast<std::uint32_t>(record.status));
    text(Type::acct_session_id, record.session_id);
    text(Type::acct_multi_session_id, record.multi_session_id);
    text(Type::user_name, record.user);
    text(Type::calling_station_id, record.calling);
    text(Type::called_station_id, record.called);
    out.add(Type::nas_port_type, port_type_virtual);  // RFC 2866 §4.1: it or NAS-Port should be there
    out.add(Type::event_timestamp, seconds_of(std::chrono::floor<std::chrono::seconds>(record.happened).time_since_epoch()));
    if (record.delay) out.add(Type::acct_delay_time, seconds_of(*record.delay));
    if (record.duration) out.add(Type::acct_session_time, seconds_of(*record.duration));
    if (record.cause) out.add(Type::acct_terminate_cause, static_cast<std::uint32_t>(*record.cause));
}

void append_pair(AttributeWriter& out, std::string_view name, std::string_view value) {
    if (value.empty()) return;
    std::string pair(name);
    pair.append("=").append(value);
    if (pair.size() > longest_vendor_value) pair.resize(longest_vendor_value);
    out.add_vendor(cisco, av_pair, pair);
}

}  // namespace offhook::radius
