// Money: whole micro-units of a currency in 64 bits, and decimal text. Exact: no floating point, and what does not fit is an error.
// Thread rule: values.
#pragma once
#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::charging {

using Micros = std::int64_t;  ///< millionths of a currency's unit: 1'500'000 is 1.50

/// Three capital letters as ISO 4217 has them; no list of them is kept.
class Currency {
public:
    constexpr Currency() = default;
    [[nodiscard]] static std::optional<Currency> parse(std::string_view code);
    [[nodiscard]] std::string_view code() const { return {code_.data(), code_.size()}; }
    bool operator==(const Currency&) const = default;

private:
    std::array<char, 3> code_{'X', 'X', 'X'};  ///< ISO 4217: no currency
};

struct Money {
    Micros micros = 0;
    Currency currency;
    bool operator==(const Money&) const = default;
};

enum class MoneyError : std::uint8_t { not_decimal, too_fine, overflow, other_currency };
[[nodiscard]] std::string_view describe(MoneyError error);  ///< what is wrong and what is wanted, to stand after the text in question

/// "12", "-0.5", "1.000001": digits, at most one point with digits on both sides, at most six of them after it (further zeros do no harm).
[[nodiscard]] std::expected<Micros, MoneyError> parse_amount(std::string_view text);
/// "12.00", "-0.50", "1.000001": at least two decimals, no more than are needed. parse_amount() reads the same again.
[[nodiscard]] std::string amount_text(Micros amount);

[[nodiscard]] std::expected<Micros, MoneyError> add(Micros a, Micros b);
[[nodiscard]] std::expected<Money, MoneyError> add(const Money& a, const Money& b);
[[nodiscard]] std::expected<Money, MoneyError> subtract(const Money& a, const Money& b);

}  // namespace offhook::charging
