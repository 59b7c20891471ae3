// The settings of [charging]: what was dialled becomes a destination, and how far ahead a call is paid. Knows no TOML.
#include <fmt/format.h>

#include "apps/offhookd/setting_kinds.hpp"

namespace offhook::daemon {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_rules = 1000;

std::string show_rules(const Config& config) {
    std::string out;
    for (const charging::DialRule& rule : config.dial_plan)
        out += fmt::format("{}{{strip = {}, add = {}}}", out.empty() ? "" : ", ", quoted(rule.strip), quoted(rule.add));
    return "[" + out + "]";
}

std::string take_rule(Config& config, const Value& value) {
    if (value.kind != Value::Kind::texts) return not_a(value, "a rule as {strip = \"00\", add = \"+\"}");
    charging::DialRule rule;
    bool strip = false, add = false;
    for (const auto& [key, text] : value.texts) {
        if (key != "strip" && key != "add") return fmt::format("{} is unknown in a rule, which has strip and add", quoted(key));
        (key == "strip" ? rule.strip : rule.add) = text;
        (key == "strip" ? strip : add) = true;
    }
    if (!strip || !add) return fmt::format("{} is missing: a rule is {{strip = \"00\", add = \"+\"}}", strip ? "add" : "strip");
    if (config.dial_plan.size() == most_rules) return fmt::format("there may be {} rules", most_rules);
    config.dial_plan.push_back(std::move(rule));
    return {};
}

}  // namespace

std::vector<Setting<Config>> charging_settings() {
    return {
        {.table = "charging",
         .key = "dial_plan",
         .type = "list of {strip, add}",
         .help = "How a dialled number becomes the destination that tariffs and limits know: of the rules whose strip it begins with, the longest "
                 "replaces that with add. As [{strip = \"00\", add = \"+\"}, {strip = \"0\", add = \"+49\"}, {strip = \"112\", add = \"112\"}]. A number with "
                 "a plus sign and a name stay what they are.",
         .list = true,
         .show = show_rules,
         .take = take_rule,
         .clear = [](Config& config) { config.dial_plan.clear(); }},
        duration<Config>(
            "charging", "slice", "For so long a call of a prepaid account is paid in advance: at its INVITE, and again before that runs out.",
            [](Config & c) -> auto& { return c.accounting.slice; }, 1s, 1h),
    };
}

}  // namespace offhook::daemon
