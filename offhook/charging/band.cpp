#include "offhook/charging/band.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <iterator>

#include "offhook/base/text.hpp"

namespace offhook::charging {
namespace {

using std::chrono::minutes;

constexpr std::array<std::string_view, 7> names = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

unsigned weekday_of(std::chrono::local_days day) { return std::chrono::weekday(day).iso_encoding() - 1; }
unsigned before(unsigned weekday) { return (weekday + 6) % 7; }
bool has(std::uint8_t mask, unsigned weekday) { return ((mask >> weekday) & 1) != 0; }

std::optional<unsigned> weekday_named(std::string_view name) {
    const auto found = std::ranges::find_if(names, [&](std::string_view one) { return iequals(one, name); });
    if (found == names.end()) return std::nullopt;
    return static_cast<unsigned>(found - names.begin());
}

/// "08:00", up to "24:00".
std::optional<std::uint16_t> minute_of_day(std::string_view text) {
    if (text.size() != 5 || text[2] != ':') return std::nullopt;
    const auto hour = to_number<unsigned>(text.substr(0, 2)), minute = to_number<unsigned>(text.substr(3));
    if (!hour || !minute || *minute > 59 || *hour * 60 + *minute > Band::day_end) return std::nullopt;
    return static_cast<std::uint16_t>(*hour * 60 + *minute);
}

}  // namespace

bool Band::is_valid() const { return days != 0 && days <= every_day && from < day_end && to <= day_end && from != to && to != 0; }

int Band::minutes_of_week() const {
    const int length = from < to ? to - from : day_end - from + to;
    return std::popcount(days) * length;
}

bool Band::covers(LocalTime time) const {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const Duration clock = time - day;
    const unsigned today = weekday_of(day);
    if (from < to) return has(days, today) && clock >= minutes(from) && clock < minutes(to);
    return (has(days, today) && clock >= minutes(from)) || (has(days, before(today)) && clock < minutes(to));
}

LocalTime Band::constant_until(LocalTime time) const {
    const LocalTime day = std::chrono::floor<std::chrono::days>(time);
    LocalTime first = day + std::chrono::days(1);
    for (const std::uint16_t border : {from, to})
        if (day + minutes(border) > time) first = std::min(first, day + minutes(border));
    return first;
}

std::optional<std::uint8_t> parse_days(std::string_view text) {
    unsigned mask = 0;
    for (std::string_view rest = trim(text); !rest.empty();) {
        const std::string_view word = rest.substr(0, rest.find(' '));
        rest = trim(rest.substr(word.size()));
        const std::size_t dash = std::min(word.find('-'), word.size());
        const auto first = weekday_named(word.substr(0, dash));
        const auto last = dash == word.size() ? first : weekday_named(word.substr(dash + 1));
        if (!first || !last) return std::nullopt;
        for (unsigned day = *first;; day = (day + 1) % 7) {
            mask |= 1U << day;
            if (day == *last) break;
        }
    }
    return mask == 0 ? Band::every_day : static_cast<std::uint8_t>(mask);
}

std::string days_text(std::uint8_t days) {
    std::string out;
    if (days == Band::every_day) return out;
    for (unsigned day = 0; day < names.size(); ++day) {
        if (!has(days, day)) continue;
        unsigned last = day;
        while (last + 1 < names.size() && has(days, last + 1)) ++last;
        if (!out.empty()) out += ' ';
        out.append(names[day]);
        if (last > day) out.append(last == day + 1 ? " " : "-").append(names[last]);
        day = last;
    }
    return out;
}

bool parse_hours(std::string_view text, Band& band) {
    text = trim(text);
    Band parsed = band;
    parsed.from = 0;
    parsed.to = Band::day_end;
    if (!text.empty()) {
        const std::size_t dash = std::min(text.find('-'), text.size());
        const auto from = minute_of_day(text.substr(0, dash)), to = dash == text.size() ? std::nullopt : minute_of_day(text.substr(dash + 1));
        if (!from || !to) return false;
        parsed.from = *from;
        parsed.to = *to == 0 ? Band::day_end : *to;  // 22:00-00:00 ends with the day
        if (!parsed.is_valid()) return false;
    }
    band = parsed;
    return true;
}

std::string hours_text(const Band& band) {
    if (band.from == 0 && band.to == Band::day_end) return {};
    return fmt::format("{:02}:{:02}-{:02}:{:02}", band.from / 60, band.from % 60, band.to / 60, band.to % 60);
}

}  // namespace offhook::charging
