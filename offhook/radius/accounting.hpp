// What an Accounting-Request says of a call (RFC 2866 §5, RFC 2869 §5.3).
//
// When it happened is told by Event-Timestamp and not by Acct-Delay-Time, which would make a new packet, with an Identifier of its own, of
// each retransmission (RFC 2866 §4.1): then no server could know it for a duplicate. Thread rule: pure functions.
#pragma once
#include <chrono>
#include <optional>
#include <string_view>

#include "offhook/base/time.hpp"
#include "offhook/radius/attribute.hpp"

namespace offhook::radius {

/// RFC 2866 §5.1.
enum class AcctStatus : std::uint8_t { start = 1, stop = 2, interim_update = 3, accounting_on = 7, accounting_off = 8 };
/// RFC 2866 §5.10, those that a call can end by.
enum class TerminateCause : std::uint8_t { user_request = 1, lost_service = 3, session_timeout = 5, admin_reset = 6, nas_error = 9, user_error = 17 };

/// Empty: not sent.
struct AccountingRecord {
    AcctStatus status{};
    std::string_view session_id{};  ///< Acct-Session-Id: the same in each record of a call, and of no other (§5.5)
    std::string_view user{};        ///< whom the call is charged to
    std::string_view calling{}, called{};
    UtcTime happened{};                              ///< Event-Timestamp, whole seconds
    std::optional<std::chrono::seconds> duration{};  ///< so far, or in all; not of a start (§5.7)
    std::optional<TerminateCause> cause{};           ///< of a stop only (§5.10)
};

void append_accounting(AttributeWriter& out, const AccountingRecord& record);

}  // namespace offhook::radius
