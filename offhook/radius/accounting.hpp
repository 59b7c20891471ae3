// What an Accounting-Request says of a call (RFC 2866 §5, RFC 2869 §5.3).
//
// When it happened is told by Event-Timestamp. Acct-Delay-Time is how long the record had waited when the request was written: a retransmission is
// the same octets, so that a server knows it for a duplicate (RFC 5080 §2.2.2), and a request that is written anew has a new one (RFC 2866 §4.1).
// Thread rule: pure functions.
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
enum class TerminateCause : std::uint8_t {
    user_request = 1,
    lost_service = 3,
    session_timeout = 5,
    admin_reset = 6,
    nas_error = 9,
    nas_reboot = 11,
    service_unavailable = 15,
    user_error = 17
};

/// Empty: not sent. Text that is longer than an attribute is cut, so that a record can always be sent.
struct AccountingRecord {
    AcctStatus status{};
    std::string_view session_id{};        ///< Acct-Session-Id: the same in each record of a call, and of no other (§5.5)
    std::string_view multi_session_id{};  ///< Acct-Multi-Session-Id: the same in related ones (§5.11)
    std::string_view user{};              ///< whom the call is charged to
    std::string_view calling{}, called{};
    UtcTime happened{};                              ///< Event-Timestamp, whole seconds
    std::optional<std::chrono::seconds> delay{};     ///< Acct-Delay-Time (§5.2)
    std::optional<std::chrono::seconds> duration{};  ///< so far, or in all; not of a start (§5.7)
    std::optional<TerminateCause> cause{};           ///< of a stop only (§5.10)
};

void append_accounting(AttributeWriter& out, const AccountingRecord& record);

/// What no attribute of an RFC says, as "name=value". Vendor-Specific of Cisco (9), type 1, Cisco-AVPair: texts of this form are what it is for, and
/// the dictionary of every server has it, where one with a number of our own would be shown in hexadecimal (RFC 2865 §5.26).
void append_pair(AttributeWriter& out, std::string_view name, std::string_view value);

}  // namespace offhook::radius
