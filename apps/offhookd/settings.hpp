// The table of settings: for each the name, the type, the default, the help, and how a value becomes part of a Config. The reader of
// the file (config.cpp) and the help text are both made from it. Knows no TOML.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/offhookd/config.hpp"

namespace offhook::daemon {

using Listen = runtime::ListenConfig;
using Route = proxy::StaticRoute;
using Sink = journal::SinkConfig;

/// One value of the file.
struct Value {
    enum class Kind : std::uint8_t { text, number, flag, texts, other } kind = Kind::other;
    std::string text;
    std::vector<std::pair<std::string, std::string>> texts;  ///< of {strip = "00", add = "+"}: a table whose values are texts
    std::int64_t number = 0;
    bool flag = false;
    std::string_view type;  ///< as a person calls it: "a text", "a whole number"
};

/// A setting of the struct Target: Config itself, or one entry of [[listen]], [[route]] or [[sink]].
template <class Target>
struct Setting {
    std::string_view table;  ///< "" at the top, else "auth"
    std::string_view key;
    std::string_view type;  ///< "duration", "list of networks"
    std::string_view help;
    bool list = false;
    std::function<std::string(const Target&)> show;          ///< the value as TOML; empty: nothing is set by default
    std::function<std::string(Target&, const Value&)> take;  ///< of a list: one element. Empty: good; else what is wrong and what would be right
    std::function<void(Target&)> clear = {};                 ///< of a list: before its first element
};

[[nodiscard]] std::span<const Setting<Config>> settings();
[[nodiscard]] std::vector<Setting<Config>> charging_settings();  ///< part of settings()
[[nodiscard]] std::span<const Setting<Listen>> listen_settings();
[[nodiscard]] std::span<const Setting<Route>> route_settings();
[[nodiscard]] std::span<const Setting<Sink>> sink_settings();

/// Names of the settings that differ and that a running server cannot change: "[runtime] connections".
[[nodiscard]] std::vector<std::string> changes_that_wait(const Config& running, const Config& next);

/// "5ms", "300s", "90m", "4h", "2d"; the largest unit that shows it whole.
[[nodiscard]] std::string show_duration(Duration duration);

}  // namespace offhook::daemon
