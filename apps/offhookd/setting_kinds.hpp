// The kinds of settings: a duration, a number, a flag, a text, a list. Each reads a value of its kind into its place, shows it as TOML, and
// says what is wrong with another value and what would be right. Knows no setting by name (settings.cpp).
#pragma once
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "apps/offhookd/settings.hpp"
#include "offhook/base/text.hpp"

namespace offhook::daemon {

inline constexpr std::string_view duration_hint =
    "a duration is a whole number of seconds or a text such as \"5ms\", \"300s\", \"90m\", \"4h\", \"2d\"";

struct Unit {
    std::string_view name;
    std::int64_t microseconds;
};
inline constexpr std::array<Unit, 6> units{
    {{"d", 86'400'000'000}, {"h", 3'600'000'000}, {"m", 60'000'000}, {"s", 1'000'000}, {"ms", 1'000}, {"us", 1}}};

inline std::optional<Duration> parse_duration(std::string_view text) {
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto count = to_number<std::int64_t>(text.substr(0, digits));
    if (!count) return std::nullopt;
    for (const Unit& unit : units)
        if (text.substr(digits) == unit.name && *count <= std::numeric_limits<std::int64_t>::max() / unit.microseconds)
            return Duration(*count * unit.microseconds);
    return std::nullopt;
}

inline std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

inline std::string not_a(const Value& value, std::string_view wanted) { return fmt::format("{} stands here, {} is wanted", value.type, wanted); }

template <class Target, class At>
Setting<Target> duration(std::string_view table, std::string_view key, std::string_view help, At at, Duration least, Duration most) {
    using Field = std::remove_reference_t<std::invoke_result_t<At, Target&>>;
    return {table,
            key,
            "duration",
            help,
            false,
            [at](const Target& target) {
                Target copy = target;
                return quoted(show_duration(std::chrono::duration_cast<Duration>(at(copy))));
            },
            [at, least, most](Target& target, const Value& value) -> std::string {
                std::optional<Duration> parsed;
                if (value.kind == Value::Kind::text) {
                    parsed = parse_duration(value.text);
                    if (!parsed) return fmt::format("{} is not a duration: {}", quoted(value.text), duration_hint);
                } else if (value.kind == Value::Kind::number) {
                    constexpr std::int64_t largest = 1'000'000'000;
                    if (value.number < 0 || value.number > largest)
                        return fmt::format("{} is out of range: {} to {}", value.number, show_duration(least), show_duration(most));
                    parsed = std::chrono::seconds(value.number);
                } else {
                    return not_a(value, duration_hint);
                }
                if (*parsed < least || *parsed > most)
                    return fmt::format("{} is out of range: {} to {}", show_duration(*parsed), show_duration(least), show_duration(most));
                at(target) = std::chrono::duration_cast<Field>(*parsed);
                return {};
            }};
}

template <class Target, class At>
Setting<Target> number(std::string_view table, std::string_view key, std::string_view help, At at, std::int64_t least, std::int64_t most) {
    using Field = std::remove_reference_t<std::invoke_result_t<At, Target&>>;
    return {table,
            key,
            "whole number",
            help,
            false,
            [at](const Target& target) {
                Target copy = target;
                return fmt::format("{}", at(copy));
            },
            [at, least, most](Target& target, const Value& value) -> std::string {
                if (value.kind != Value::Kind::number) return not_a(value, "a whole number");
                if (value.number < least || value.number > most) return fmt::format("{} is out of range: {} to {}", value.number, least, most);
                at(target) = static_cast<Field>(value.number);
                return {};
            }};
}

template <class Target, class At>
Setting<Target> flag(std::string_view table, std::string_view key, std::string_view help, At at) {
    return {table,
            key,
            "true or false",
            help,
            false,
            [at](const Target& target) {
                Target copy = target;
                return std::string(at(copy) ? "true" : "false");
            },
            [at](Target& target, const Value& value) -> std::string {
                if (value.kind != Value::Kind::flag) return not_a(value, "true or false");
                at(target) = value.flag;
                return {};
            }};
}

/// A text that `take` puts into its place; it returns what is wrong, or nothing.
template <class Target, class Show, class Take>
Setting<Target> text(std::string_view table, std::string_view key, std::string_view type, std::string_view help, Show show, Take take) {
    return {table,
            key,
            type,
            help,
            false,
            [show](const Target& target) { return quoted(show(target)); },
            [take](Target& target, const Value& value) -> std::string {
                if (value.kind != Value::Kind::text) return not_a(value, "a text in quotes");
                return take(target, value.text);
            }};
}

/// A list of texts: `list` gives the container, `show` an element as text, `parse` the element or what is wrong.
template <class Target, class At, class Show, class Parse>
Setting<Target> list(std::string_view table, std::string_view key, std::string_view type, std::string_view help, At at, Show show, Parse parse) {
    return {table,
            key,
            type,
            help,
            true,
            [at, show](const Target& target) {
                Target copy = target;
                std::string out;
                for (const auto& element : at(copy)) out += (out.empty() ? "" : ", ") + quoted(show(element));
                return "[" + out + "]";
            },
            [at, parse](Target& target, const Value& value) -> std::string {
                if (value.kind != Value::Kind::text) return not_a(value, "a text in quotes");
                auto parsed = parse(value.text);
                if (!parsed) return parsed.error();
                at(target).push_back(std::move(*parsed));
                return {};
            },
            [at](Target& target) { at(target).clear(); }};
}

}  // namespace offhook::daemon
