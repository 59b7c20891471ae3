// Enumerations as the database spells them.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "offhook/accounting/record_store.hpp"
#include "offhook/transport/flow.hpp"

namespace offhook::store {

[[nodiscard]] std::string_view name_of(accounting::CallRecord::End end);  ///< "none", "caller", "callee" ...
[[nodiscard]] accounting::CallRecord::End end_of(std::string_view name);  ///< none if unknown here
[[nodiscard]] std::string_view name_of(transport::Protocol protocol);     ///< "udp", "tcp" ...
[[nodiscard]] transport::Protocol protocol_named(std::string_view name);  ///< udp if unknown here

/// Kinds of events of the journal.
enum class EventKind : std::uint8_t {
    call_started, call_updated, call_ended, call_rerated, registered, unregistered, user_added, user_changed, password_changed, user_removed,
    account_added, account_changed, account_removed, account_credited, account_locked, account_unlocked, tariff_imported, tariff_removed,
};
inline constexpr std::array<std::string_view, 18> event_kinds{
    "call_started", "call_updated", "call_ended", "call_rerated", "registered", "unregistered", "user_added", "user_changed", "password_changed",
    "user_removed", "account_added", "account_changed", "account_removed", "account_credited", "account_locked", "account_unlocked",
    "tariff_imported", "tariff_removed"};
[[nodiscard]] constexpr std::string_view name_of(EventKind kind) { return event_kinds[static_cast<std::size_t>(kind)]; }

}  // namespace offhook::store
