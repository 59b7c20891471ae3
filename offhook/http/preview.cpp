#include "offhook/http/preview.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>

#include "offhook/base/time_text.hpp"
#include "offhook/store/escape.hpp"

namespace offhook::http {
namespace {

namespace json = boost::json;
using namespace charging;

json::string text(std::string_view octets) { return json::string(octets); }

json::value bound(UtcTime time, UtcTime unset) { return time == unset ? json::value(nullptr) : json::value(text(format_time(time))); }

/// What clocks of the zone show: "2026-03-29 03:00:00".
json::string clock_text(const TimeZone& zone, UtcTime time) {
    std::string shown = format_time(time + zone.at(time).offset).substr(0, std::string_view("2026-03-29T03:00:00").size());
    shown[shown.find('T')] = ' ';
    return text(shown);
}

json::object row_json(const Row& row) {
    return {{"row", row.id},
            {"prefix", text(row.prefix)},
            {"name", text(row.name)},
            {"group", text(row.group)},
            {"connection_fee", text(amount_text(row.connection_fee))},
            {"free_seconds", row.free_seconds},
            {"first_increment", row.first_increment},
            {"increment", row.increment},
            {"price_per_minute", text(amount_text(row.price_per_minute))},
            {"valid_from", bound(row.valid_from, UtcTime::min())},
            {"valid_until", bound(row.valid_until, UtcTime::max())},
            {"days", text(days_text(row.band.days))},
            {"hours", text(hours_text(row.band))}};
}

json::value seconds(Duration duration) {
    const auto whole = std::chrono::floor<std::chrono::seconds>(duration);
    if (whole == duration) return whole.count();
    return std::chrono::duration<double>(duration).count();
}

/// Its cost is exact: `cost`, and as many sixtieths of a millionth as `sixtieths` says.
json::object step_json(const Tariff& tariff, const Call& call, const Step& step) {
    json::object out = row_json(*step.row);
    out["from"] = seconds(step.from);
    out["to"] = seconds(step.to);
    out["clock"] = clock_text(tariff.settings().zone, call.answered + step.from);
    out["opens"] = step.opens;
    out["increments"] = step.increments;
    out["charged_seconds"] = step.charged.count();
    out["cost"] = text(amount_text(step.sixtieths / 60));
    out["sixtieths"] = step.sixtieths % 60;
    return out;
}

std::string why_not(const Tariff& tariff, const Call& call, RatingError error) {
    if (error != RatingError::no_row) return std::string(describe(error));
    return fmt::format("no row of {} holds for {} on {}, when its clocks show {}{}", tariff.settings().name, store::escaped(call.destination),
                       format_time(call.answered), std::string_view(clock_text(tariff.settings().zone, call.answered)),
                       call.group.empty() ? ", for callers without a group" : fmt::format(", for callers of the group {}", call.group));
}

}  // namespace

std::expected<json::object, std::string> preview_json(const Tariff& tariff, const Call& call) {
    const auto result = preview(tariff, call);
    if (!result) return std::unexpected(why_not(tariff, call, result.error()));
    const Tariff::Settings& settings = tariff.settings();
    json::array steps;
    for (const Step& step : result->steps) steps.push_back(step_json(tariff, call, step));
    const Charge& charge = result->charge;
    return json::object{{"tariff", text(settings.name)},
                        {"currency", text(settings.currency.code())},
                        {"zone", text(settings.zone.name())},
                        {"destination", text(store::escaped(call.destination))},
                        {"group", text(call.group)},
                        {"on_net", call.on_net},
                        {"answered", text(format_time(call.answered))},
                        {"clock", clock_text(settings.zone, call.answered)},
                        {"seconds", seconds(call.duration)},
                        {"price", text(amount_text(charge.price.micros))},
                        {"connection_fee", text(amount_text(result->connection_fee))},
                        {"free_seconds", seconds(result->free)},
                        {"increments", charge.increments},
                        {"charged_seconds", charge.charged.count()},
                        {"row", charge.row == nullptr ? json::value(nullptr) : json::value(row_json(*charge.row))},
                        {"steps", std::move(steps)}};
}

}  // namespace offhook::http
