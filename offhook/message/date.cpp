#include "offhook/message/date.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

#include "offhook/message/grammar.hpp"

namespace offhook::message {

using grammar::Cursor;

namespace {

constexpr std::array<std::string_view, 7> week_days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

template <std::size_t N>
std::optional<unsigned> position(const std::array<std::string_view, N>& names, std::string_view name) {
    const auto found = std::find_if(names.begin(), names.end(), [&](std::string_view one) { return iequals(one, name); });
    if (found == names.end()) return std::nullopt;
    return static_cast<unsigned>(found - names.begin());
}

void append_two(std::string& out, std::int64_t value) {
    out += static_cast<char>('0' + value / 10);
    out += static_cast<char>('0' + value % 10);
}

}  // namespace

// RFC 1123 dates have fixed columns: "Sat, 13 Nov 2010 23:29:00 GMT".
std::expected<std::int64_t, ParseError> parse_date(std::string_view text) {
    constexpr std::string_view form = "aaa, 00 aaa 0000 00:00:00 aaa";
    for (std::size_t i = 0; i < form.size(); ++i) {
        const bool fits = i < text.size() && (form[i] == 'a' ? is_alpha(text[i]) : form[i] == '0' ? is_digit(text[i]) : form[i] == text[i]);
        if (!fits) return Cursor::fail(ErrorCode::bad_date, i);
    }
    if (text.size() > form.size()) return Cursor::fail(ErrorCode::bad_date, form.size());
    const auto number = [&](std::size_t at, std::size_t size) { return to_number<unsigned>(text.substr(at, size)).value_or(0); };
    const auto month = position(months, text.substr(8, 3));
    if (!position(week_days, text.substr(0, 3))) return Cursor::fail(ErrorCode::bad_date, 0);
    if (!month) return Cursor::fail(ErrorCode::bad_date, 8);
    if (!iequals(text.substr(26), "GMT")) return Cursor::fail(ErrorCode::bad_date, 26);
    using namespace std::chrono;
    const year_month_day day{year(static_cast<int>(number(12, 4))), std::chrono::month(*month + 1), std::chrono::day(number(5, 2))};
    if (!day.ok()) return Cursor::fail(ErrorCode::bad_date, 5);
    const unsigned hour = number(17, 2), minute = number(20, 2), second = number(23, 2);
    if (hour > 23 || minute > 59 || second > 60) return Cursor::fail(ErrorCode::bad_date, 17);
    return sys_days(day).time_since_epoch().count() * std::int64_t{86'400} + hour * 3600 + minute * 60 + second;
}

void append_date(std::string& out, std::int64_t seconds) {
    using namespace std::chrono;
    const sys_days day{floor<days>(std::chrono::seconds(seconds))};
    const year_month_day date{day};
    const std::int64_t rest = seconds - day.time_since_epoch().count() * std::int64_t{86'400};
    out.append(week_days[weekday(day).c_encoding()]).append(", ");
    append_two(out, static_cast<unsigned>(date.day()));
    out.append(" ").append(months[static_cast<unsigned>(date.month()) - 1]).append(" ");
    append_two(out, static_cast<int>(date.year()) / 100);
    append_two(out, static_cast<int>(date.year()) % 100);
    out += ' ';
    append_two(out, rest / 3600);
    out += ':';
    append_two(out, rest / 60 % 60);
    out += ':';
    append_two(out, rest % 60);
    out.append(" GMT");
}

}  // namespace offhook::message
