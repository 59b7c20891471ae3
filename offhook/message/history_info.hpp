// History-Info (RFC 7044): one entry as a view, and how a proxy writes one. Thread rule: pure functions.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "offhook/message/error.hpp"
#include "offhook/message/name_addr.hpp"
#include "offhook/message/reason.hpp"

namespace offhook::message {

struct HistoryInfo : NameAddr {
    /// §5, §10.4: why this URI is a target of the request: the same user by another address, another user, or no change at all.
    enum class Target : std::uint8_t { none, registered_contact, mapped, no_change };

    std::string_view index;  ///< "1.1.2"; mandatory
    Target target = Target::none;
    std::string_view from_index;  ///< of the entry that this one came from: the value of rc, mp or np

    /// The entry's Reason, unescaped into the buffer which it then borrows (§10.2).
    [[nodiscard]] std::optional<Reason> reason(std::string& buffer) const;
    /// Whether the entry must be made anonymous before it leaves the domain: "history" in its own Privacy (§5, §10.1).
    [[nodiscard]] bool is_private() const;
};
[[nodiscard]] std::expected<HistoryInfo, ParseError> parse_history_info(std::string_view text);

/// rc, mp, np in any case, of an entry or of a Contact (§5); none for other names.
[[nodiscard]] HistoryInfo::Target history_target_of(std::string_view parameter_name);
/// index-val of §5: numbers without leading zeros, dots between.
[[nodiscard]] bool is_history_index(std::string_view text);

/// Appends "<uri?Reason=...>;index=1.1;rc=1". Header components that the URI has already are kept.
struct HistoryEntry {
    std::string_view uri, index;
    HistoryInfo::Target target = HistoryInfo::Target::none;
    std::string_view from_index;
    const Reason* reason = nullptr;
};
void append_history_info(std::string& out, const HistoryEntry& entry);

}  // namespace offhook::message
