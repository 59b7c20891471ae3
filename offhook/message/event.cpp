#include "offhook/message/event.hpp"

#include <iterator>

#include "offhook/message/grammar.hpp"

namespace offhook::message {

namespace {

using grammar::Cursor;

constexpr std::string_view states[] = {"active", "pending", "terminated"};
constexpr std::string_view reasons[] = {"deactivated", "probation", "rejected", "timeout", "giveup", "noresource", "invariant"};

template <std::size_t N>
std::size_t position(const std::string_view (&names)[N], std::string_view name) {
    std::size_t i = 0;
    while (i < N && !iequals(names[i], name)) ++i;
    return i;
}

// §8.4 event-type: tokens without dots, dots between.
std::expected<EventType, ParseError> take_event_type(Cursor& cursor) {
    cursor.skip_lws();
    const std::size_t from = cursor.at;
    EventType out;
    out.text = cursor.take(grammar::token);
    if (out.text.empty()) return cursor.fail(ErrorCode::bad_token);
    for (std::size_t i = 0; i < out.text.size(); ++i)
        if (out.text[i] == '.' && (i == 0 || i + 1 == out.text.size() || out.text[i + 1] == '.')) return Cursor::fail(ErrorCode::bad_token, from + i);
    const std::size_t dot = out.text.find('.');
    out.package = out.text.substr(0, dot);
    if (dot != std::string_view::npos) out.templates = out.text.substr(dot + 1);
    return out;
}

}  // namespace

std::expected<EventType, ParseError> parse_event_type(std::string_view text) {
    Cursor cursor{text};
    const auto type = take_event_type(cursor);
    if (!type) return type;
    // Parameters have no place in Allow-Events, but what follows a semicolon is no reason to lose the package.
    if (const auto rest = grammar::skip_parameters(cursor); !rest) return std::unexpected(rest.error());
    return type;
}

std::expected<Event, ParseError> parse_event(std::string_view text) {
    Cursor cursor{text};
    const auto type = take_event_type(cursor);
    if (!type) return std::unexpected(type.error());
    const auto parameters = grammar::take_parameters(cursor);
    if (!parameters) return std::unexpected(parameters.error());
    Event out{*type, std::nullopt, *parameters};
    ParameterReader reader(*parameters);
    while (const auto found = reader.next()) {
        if (!iequals(found->name, "id")) continue;
        if (out.id) return refuse(text, *found, ErrorCode::repeated_parameter);
        if (!grammar::all(found->value, grammar::token)) return refuse(text, *found);
        out.id = found->value;
    }
    return out;
}

std::expected<SubscriptionState, ParseError> parse_subscription_state(std::string_view text) {
    Cursor cursor{text};
    cursor.skip_lws();
    SubscriptionState out{};
    out.reason = SubscriptionState::Reason::none;
    out.state_text = cursor.take(grammar::token);
    if (out.state_text.empty()) return cursor.fail(ErrorCode::bad_token);
    out.state = static_cast<SubscriptionState::State>(position(states, out.state_text));
    const auto parameters = grammar::take_parameters(cursor);
    if (!parameters) return std::unexpected(parameters.error());
    out.parameters = *parameters;
    ParameterReader reader(*parameters);
    while (const auto found = reader.next()) {
        const bool expires = iequals(found->name, "expires");
        if (expires || iequals(found->name, "retry-after")) {
            const auto seconds = number_of(text, *found);
            if (!seconds) return std::unexpected(seconds.error());
            auto& place = expires ? out.expires : out.retry_after;
            if (!place) place = *seconds;
        } else if (iequals(found->name, "reason")) {
            if (!grammar::all(found->value, grammar::token)) return refuse(text, *found);
            if (!out.reason_text.empty()) continue;  // of one that stands twice the first counts
            out.reason_text = found->value;
            const std::size_t reason = position(reasons, found->value);
            out.reason = reason < std::size(reasons) ? static_cast<SubscriptionState::Reason>(reason) : SubscriptionState::Reason::other;
        }
    }
    return out;
}

void append_subscription_state(std::string& out, const SubscriptionState& value) {
    const auto state = static_cast<std::size_t>(value.state), reason = static_cast<std::size_t>(value.reason);
    out += state < std::size(states) ? states[state] : value.state_text;
    if (value.reason != SubscriptionState::Reason::none)
        out.append(";reason=").append(reason < std::size(reasons) ? reasons[reason] : value.reason_text);
    if (value.expires) append_number(out.append(";expires="), *value.expires);
    if (value.retry_after) append_number(out.append(";retry-after="), *value.retry_after);
}

}  // namespace offhook::message
