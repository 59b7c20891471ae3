#include "offhook/base/time_text.hpp"

#include <fmt/format.h>

#include "offhook/base/text.hpp"

namespace offhook {
namespace {

using namespace std::chrono;

/// Takes fixed numbers of digits off the front of a text.
class Digits {
public:
    explicit Digits(std::string_view text) : rest_(text) {}
    [[nodiscard]] std::optional<unsigned> take(std::size_t count) {
        if (rest_.size() < count) return std::nullopt;
        const auto head = rest_.substr(0, count);
        if (head.find_first_not_of("0123456789") != head.npos) return std::nullopt;
        rest_.remove_prefix(count);
        return to_number<unsigned>(head);
    }
    [[nodiscard]] bool skip(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    [[nodiscard]] bool done() const { return rest_.empty(); }

private:
    std::string_view rest_;
};

/// "09:55", and after it ":21" and ".25" if they are there.
std::optional<Duration> take_time_of_day(Digits& digits) {
    const auto hour = digits.take(2);
    if (!hour || *hour > 23 || !digits.skip(':')) return std::nullopt;
    const auto minute = digits.take(2);
    if (!minute || *minute > 59) return std::nullopt;
    Duration time = hours(*hour) + minutes(*minute);
    if (!digits.skip(':')) return time;
    const auto second = digits.take(2);
    if (!second || *second > 59) return std::nullopt;
    time += seconds(*second);
    if (!digits.skip('.')) return time;
    std::int64_t unit = 100'000;
    for (auto digit = digits.take(1); digit && unit != 0; digit = digits.take(1), unit /= 10) {
        time += Duration(*digit * unit);
        if (unit == 1) return time;
    }
    if (unit == 100'000) return std::nullopt;
    return time;
}

}  // namespace

std::string format_time(UtcTime time) {
    const auto day = floor<days>(time);
    const year_month_day date(day);
    const hh_mm_ss<Duration> clock(time - day);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()), clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                       clock.subseconds().count());
}

std::optional<UtcTime> parse_time(std::string_view text) {
    Digits digits(text);
    const auto y = digits.take(4);
    if (!y || !digits.skip('-')) return std::nullopt;
    const auto m = digits.take(2);
    if (!m || !digits.skip('-')) return std::nullopt;
    const auto d = digits.take(2);
    if (!d) return std::nullopt;
    const year_month_day date(year(static_cast<int>(*y)), month(*m), day(*d));
    if (!date.ok()) return std::nullopt;
    UtcTime time = sys_days(date);
    if (digits.done()) return time;
    if (!digits.skip('T') && !digits.skip('t') && !digits.skip(' ')) return std::nullopt;
    const auto of_day = take_time_of_day(digits);
    if (!of_day) return std::nullopt;
    time += *of_day;
    if (digits.done() || ((digits.skip('Z') || digits.skip('z')) && digits.done())) return time;
    const bool east = digits.skip('+');
    if (!east && !digits.skip('-')) return std::nullopt;
    const auto hour = digits.take(2);
    if (!hour || *hour > 23 || !digits.skip(':')) return std::nullopt;
    const auto minute = digits.take(2);
    if (!minute || *minute > 59 || !digits.done()) return std::nullopt;
    const Duration offset = hours(*hour) + minutes(*minute);
    return east ? time - offset : time + offset;
}

}  // namespace offhook
