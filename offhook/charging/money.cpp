#include "offhook/charging/money.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "offhook/base/text.hpp"

namespace offhook::charging {
namespace {

constexpr std::uint64_t micros_of_unit = 1'000'000;
constexpr std::size_t decimals = 6;

bool all_digits(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_digit); }

}  // namespace

std::optional<Currency> Currency::parse(std::string_view code) {
    Currency currency;
    if (code.size() != currency.code_.size() || !std::ranges::all_of(code, [](char c) { return c >= 'A' && c <= 'Z'; })) return std::nullopt;
    std::ranges::copy(code, currency.code_.begin());
    return currency;
}

std::string_view describe(MoneyError error) {
    switch (error) {
        case MoneyError::not_decimal:
            return "is not an amount: digits are wanted, with a point before the decimals, as in 0.09";
        case MoneyError::too_fine:
            return "has more than six decimals: amounts are kept in millionths";
        case MoneyError::overflow:
            return "is beyond what can be kept: 9223372036854.775807 at most";
        case MoneyError::other_currency:
            return "is in another currency";
    }
    return {};
}

std::expected<Micros, MoneyError> parse_amount(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    const std::size_t point = std::min(text.find('.'), text.size());
    const std::string_view whole = text.substr(0, point);
    std::string_view fraction = point == text.size() ? std::string_view("0") : text.substr(point + 1);
    if (!all_digits(whole) || !all_digits(fraction)) return std::unexpected(MoneyError::not_decimal);
    while (fraction.size() > decimals && fraction.ends_with('0')) fraction.remove_suffix(1);
    if (fraction.size() > decimals) return std::unexpected(MoneyError::too_fine);
    std::uint64_t micros = *to_number<std::uint64_t>(fraction);
    for (std::size_t i = fraction.size(); i < decimals; ++i) micros *= 10;

    // The magnitude is read without its sign, since that of the lowest number has no positive twin.
    const auto units = to_number<std::uint64_t>(whole);
    const std::uint64_t most = static_cast<std::uint64_t>(INT64_MAX) + (negative ? 1 : 0);
    if (!units || *units > (most - micros) / micros_of_unit) return std::unexpected(MoneyError::overflow);
    micros += *units * micros_of_unit;
    return static_cast<Micros>(negative ? std::uint64_t{0} - micros : micros);
}

std::string amount_text(Micros amount) {
    const std::uint64_t magnitude = amount < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(amount) : static_cast<std::uint64_t>(amount);
    std::string text = fmt::format("{}{}.{:06}", amount < 0 ? "-" : "", magnitude / micros_of_unit, magnitude % micros_of_unit);
    for (int beyond_cents = 4; beyond_cents > 0 && text.ends_with('0'); --beyond_cents) text.pop_back();
    return text;
}

std::expected<Micros, MoneyError> add(Micros a, Micros b) {
    Micros sum = 0;
    if (__builtin_add_overflow(a, b, &sum)) return std::unexpected(MoneyError::overflow);
    return sum;
}

std::expected<Money, MoneyError> add(const Money& a, const Money& b) {
    if (a.currency != b.currency) return std::unexpected(MoneyError::other_currency);
    const auto sum = add(a.micros, b.micros);
    if (!sum) return std::unexpected(sum.error());
    return Money{*sum, a.currency};
}

std::expected<Money, MoneyError> subtract(const Money& a, const Money& b) {
    if (a.currency != b.currency) return std::unexpected(MoneyError::other_currency);
    Micros difference = 0;
    if (__builtin_sub_overflow(a.micros, b.micros, &difference)) return std::unexpected(MoneyError::overflow);
    return Money{difference, a.currency};
}

}  // namespace offhook::charging
