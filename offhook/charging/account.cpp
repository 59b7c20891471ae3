#include "offhook/charging/account.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace offhook::charging {
namespace {

constexpr std::array<std::string_view, 13> texts{"",               "locked",        "blocked_prefix", "not_allowed",    "calls_of_user", "calls_of_account", "calls_per_hour",
                                                 "calls_per_day", "spend_per_hour", "spend_per_day",  "no_tariff",      "no_credit",     "unavailable"};
static_assert(texts.size() == static_cast<std::size_t>(Rule::unavailable) + 1);

}  // namespace

std::string_view text_of(Rule rule) { return texts[static_cast<std::size_t>(rule)]; }

std::optional<Rule> rule_of(std::string_view text) {
    const auto found = std::ranges::find(texts, text);
    if (found == texts.end()) return std::nullopt;
    return static_cast<Rule>(found - texts.begin());
}

}  // namespace offhook::charging
