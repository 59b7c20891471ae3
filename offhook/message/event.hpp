// What subscriptions say: Event, Allow-Events, Subscription-State (RFC 6665 §8.2, §8.4) as views. Thread rule: pure functions.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "offhook/message/error.hpp"
#include "offhook/message/parameters.hpp"

namespace offhook::message {

/// "presence.winfo": a package and templates applied to it; one value of Allow-Events.
struct EventType {
    std::string_view text;       ///< the whole
    std::string_view package;    ///< before the first dot
    std::string_view templates;  ///< behind it, dots between; empty if there is none

    /// §8.2.1: octet by octet.
    friend bool operator==(const EventType& a, const EventType& b) { return a.text == b.text; }
};
[[nodiscard]] std::expected<EventType, ParseError> parse_event_type(std::string_view text);

/// §8.2.1.
struct Event {
    EventType type;
    std::optional<std::string_view> id;  ///< deprecated, but it still tells the subscriptions of one dialog apart
    std::string_view parameters;

    /// Whether a NOTIFY's Event belongs to a SUBSCRIBE's (§4.4.1): same type, same id.
    [[nodiscard]] bool matches(const Event& other) const { return type == other.type && id == other.id; }
};
[[nodiscard]] std::expected<Event, ParseError> parse_event(std::string_view text);

/// §4.1.3, §8.2.3.
struct SubscriptionState {
    enum class State : std::uint8_t { active, pending, terminated, other };
    enum class Reason : std::uint8_t { deactivated, probation, rejected, timeout, giveup, noresource, invariant, none, other };

    State state;
    Reason reason = Reason::none;
    std::optional<std::uint32_t> expires, retry_after;  ///< seconds
    std::string_view state_text, reason_text;           ///< as written
    std::string_view parameters;
};
[[nodiscard]] std::expected<SubscriptionState, ParseError> parse_subscription_state(std::string_view text);

/// Appends "active;expires=60": state, reason, expires and retry_after by their values; the texts serve only for `other`.
void append_subscription_state(std::string& out, const SubscriptionState& value);

}  // namespace offhook::message
