#include "offhook/charging/destination.hpp"

#include <algorithm>
#include <functional>

#include "offhook/base/text.hpp"

namespace offhook::charging {
namespace {

constexpr bool is_separator(char c) { return c == '-' || c == '.' || c == '(' || c == ')'; }
constexpr bool is_dialled(char c) { return is_digit(c) || c == '*' || c == '#'; }

// RFC 3966 allows hexadecimal digits in local numbers; here they are letters of a name, else "sip:ada@..." would be a number.
bool is_number(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    return std::ranges::any_of(text, is_dialled) && std::ranges::all_of(text, [](char c) { return is_dialled(c) || is_separator(c); });
}

}  // namespace

bool Destination::append(std::string_view more) {
    if (more.size() > octets_.size() - size_) return false;
    std::ranges::copy(more, octets_.begin() + size_);
    size_ = static_cast<std::uint8_t>(size_ + more.size());
    return true;
}

std::expected<DialPlan, DialRuleError> DialPlan::make(std::vector<DialRule> rules) {
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const auto& [strip, add] = rules[i];
        const std::string_view added = add;
        if (!std::ranges::all_of(strip, is_dialled))
            return std::unexpected(DialRuleError{i, "what is stripped must be digits: a number with a plus sign is complete"});
        if (!std::ranges::all_of(added.substr(added.starts_with('+') ? 1 : 0), is_dialled))
            return std::unexpected(DialRuleError{i, "what is added must be digits, a plus sign before them or not"});
        if (added.size() >= Destination::most_octets) return std::unexpected(DialRuleError{i, "what is added is too long"});
        if (std::ranges::count(rules, strip, &DialRule::strip) > 1)
            return std::unexpected(DialRuleError{i, "another rule strips the same digits: remove one of them"});
    }
    std::ranges::stable_sort(rules, std::greater(), [](const DialRule& rule) { return rule.strip.size(); });
    DialPlan plan;
    plan.rules_ = std::move(rules);
    return plan;
}

std::expected<Destination, DestinationError> DialPlan::normalised(const message::Uri& uri) const {
    std::string_view user = uri.user;
    if (uri.is_sip()) user = user.substr(0, user.find(';'));  // what follows are parameters of the number (RFC 3261 §19.1.6)
    if (user.empty()) return std::unexpected(DestinationError::no_user);
    if (user.size() > 3 * Destination::most_octets) return std::unexpected(DestinationError::too_long);

    std::array<char, 3 * Destination::most_octets> decoded;
    std::size_t size = 0;
    for (std::size_t i = 0; i < user.size(); ++i) {
        const bool escape = user[i] == '%' && i + 2 < user.size() && hex_value(user[i + 1]) >= 0 && hex_value(user[i + 2]) >= 0;
        decoded[size++] = escape ? static_cast<char>(hex_value(user[i + 1]) * 16 + hex_value(user[i + 2])) : user[i];
        if (escape) i += 2;
    }
    const std::string_view written(decoded.data(), size);

    Destination out;
    out.number_ = is_number(written);
    if (!out.number_) {
        if (!out.append(written)) return std::unexpected(DestinationError::too_long);
        return out;
    }
    const auto kept = std::remove_if(decoded.begin(), decoded.begin() + static_cast<std::ptrdiff_t>(size), is_separator);
    std::string_view number(decoded.data(), static_cast<std::size_t>(kept - decoded.begin()));
    if (!number.starts_with('+')) {
        const auto rule = std::ranges::find_if(rules_, [&](const DialRule& one) { return number.starts_with(one.strip); });
        if (rule != rules_.end()) {
            number.remove_prefix(rule->strip.size());
            if (!out.append(rule->add)) return std::unexpected(DestinationError::too_long);
        }
    }
    if (!out.append(number)) return std::unexpected(DestinationError::too_long);
    if (out.text().empty() || out.text() == "+") return std::unexpected(DestinationError::no_user);
    return out;
}

}  // namespace offhook::charging
