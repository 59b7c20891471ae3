// When a price holds in the week: days, and a time of day that may go across midnight. By the clock on the wall: of the two hours that a
// clock shows twice in autumn a band has both, of the one that it leaves out in spring none. Thread rule: a value.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "offhook/charging/time_zone.hpp"

namespace offhook::charging {

struct Band {
    static constexpr std::uint8_t every_day = 0x7f;
    static constexpr std::uint16_t day_end = 24 * 60;

    std::uint8_t days = every_day;  ///< on which it begins: bit 0 is Monday
    std::uint16_t from = 0;         ///< minutes after midnight, below day_end
    std::uint16_t to = day_end;     ///< the first minute outside; below `from`: on the next day

    [[nodiscard]] bool is_always() const { return days == every_day && from == 0 && to == day_end; }
    [[nodiscard]] bool is_valid() const;  ///< some day, and two different times that a clock shows
    [[nodiscard]] int minutes_of_week() const;
    [[nodiscard]] bool covers(LocalTime time) const;
    /// An instant after `time`, up to which covers() stays what it is: that of the next border, or the next midnight before it.
    [[nodiscard]] LocalTime constant_until(LocalTime time) const;

    bool operator==(const Band&) const = default;
};

/// "mon-fri", "sat sun", "fri-mon"; empty: every day. Nothing if it is none of these.
[[nodiscard]] std::optional<std::uint8_t> parse_days(std::string_view text);
[[nodiscard]] std::string days_text(std::uint8_t days);
/// Sets the times of the band from "08:00-18:00", "22:00-06:00", "18:00-24:00"; empty: the whole day. False if it is none of these.
[[nodiscard]] bool parse_hours(std::string_view text, Band& band);
[[nodiscard]] std::string hours_text(const Band& band);

}  // namespace offhook::charging
