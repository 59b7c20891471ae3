// /v1/tariffs: what calls cost.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <chrono>

#include "offhook/base/text.hpp"
#include "offhook/base/time_text.hpp"
#include "offhook/charging/tariff_csv.hpp"
#include "offhook/http/api.hpp"
#include "offhook/http/preview.hpp"
#include "offhook/http/reply.hpp"
#include "offhook/store/escape.hpp"

namespace offhook::http {
namespace {

namespace json = boost::json;
using TariffSnapshot = std::shared_ptr<const charging::Tariff>;

constexpr std::size_t most_errors = 1000;

std::expected<TariffSnapshot, Response> find(store::Store& store, std::string_view name) {
    if (TariffSnapshot tariff = store.tariffs().find(name)) return tariff;
    return std::unexpected(error_response(404, fmt::format("tariff {} does not exist", store::escaped(name))));
}

Response csv_refusal(const store::TariffImportError& wrong) {
    if (wrong.lines.empty()) return refusal(wrong.error);
    json::array lines;
    for (std::size_t i = 0; i < std::min(wrong.lines.size(), most_errors); ++i)
        lines.push_back(
            json::object{{"line", wrong.lines[i].line}, {"column", wrong.lines[i].column}, {"error", json::string(store::escaped(wrong.lines[i].reason))}});
    const auto text =
        fmt::format("nothing was imported: {}{}", store::escaped(wrong.error.text),
                    wrong.lines.size() == 1 ? "" : fmt::format(" (and {} more)", wrong.lines.size() - 1));
    return json_response(400, json::object{{"error", text}, {"errors", std::move(lines)}});
}

std::expected<bool, Response> flag_of(const Request& request, std::string_view name) {
    const auto text = request.parameter(name).value_or("false");
    if (text == "true" || text == "false") return text == "true";
    return std::unexpected(error_response(400, fmt::format("{}: true or false is wanted", name)));
}

/// As a destination is normalised for a call, if it can be one; else as it is.
std::string normalised(const charging::DialPlan& plan, std::string_view dialled) {
    message::Uri uri;
    uri.scheme = message::Scheme::tel;
    uri.user = dialled;
    const auto destination = plan.normalised(uri);
    return destination ? std::string(destination->text()) : std::string(dialled);
}

}  // namespace

Response Api::tariffs(const Request& request) {
    if (request.verb != Verb::get) return wrong_method("GET");
    if (Response wrong = check_parameters(request, {"limit", "after"}); wrong.status != 200) return wrong;
    const auto limit = limit_of(request);
    if (!limit) return limit.error();
    const auto page = store_.account_reader().tariffs(store::unescaped(request.parameter("after").value_or("")), *limit);
    if (!page) return unavailable(page.error());
    json::array list;
    for (const store::TariffInfo& tariff : *page)
        list.push_back(json::object{{"name", shown(tariff.name)},
                                    {"currency", json::string(tariff.currency)},
                                    {"zone", json::string(tariff.zone)},
                                    {"free_on_net", tariff.free_on_net},
                                    {"rows", tariff.rows},
                                    {"imported", json::string(format_time(tariff.imported))}});
    json::object body{{"tariffs", std::move(list)}};
    if (page->size() == *limit) body["next"] = shown(page->back().name);
    return json_response(200, body);
}

Response Api::tariff(const Request& request, std::string_view path) {
    const auto slash = std::min(path.find('/'), path.size());
    const std::string_view name = path.substr(0, slash), part = path.substr(slash);
    if (part == "/preview") return preview_call(request, name);
    if (!part.empty()) return error_response(404, fmt::format("a tariff has /preview, not {}", store::escaped(part)));
    if (request.verb == Verb::put) return import_tariff(request, name);
    if (Response wrong = check_parameters(request, {}); wrong.status != 200) return wrong;
    if (request.verb == Verb::remove) {
        if (const auto removed = store_.tariff_admin().remove(name); !removed) return refusal(removed.error());
        return {204, {}};
    }
    if (request.verb != Verb::get) return wrong_method("GET, PUT, DELETE");
    const auto tariff = find(store_, name);
    if (!tariff) return tariff.error();
    return {200, charging::tariff_csv(**tariff), "text/csv; charset=utf-8"};
}

Response Api::import_tariff(const Request& request, std::string_view name) {
    if (Response wrong = check_parameters(request, {"currency", "zone", "free_on_net"}); wrong.status != 200) return wrong;
    if (request.content_type != "text/csv") return error_response(415, "Content-Type must be text/csv (docs/billing.md tells the columns)");
    const auto currency = request.parameter("currency");
    if (!currency) return error_response(400, "the parameter \"currency\" is missing: that of the prices, as currency=EUR");
    const auto free_on_net = flag_of(request, "free_on_net");
    if (!free_on_net) return free_on_net.error();
    const store::TariffImport list{.name = std::string(name),
                                   .currency = std::string(*currency),
                                   .zone = std::string(request.parameter("zone").value_or("UTC")),
                                   .free_on_net = *free_on_net,
                                   .csv = request.body};
    const auto rows = store_.tariff_admin().import(list);
    if (!rows) return csv_refusal(rows.error());
    return json_response(200, json::object{{"imported", *rows}});
}

Response Api::preview_call(const Request& request, std::string_view name) {
    if (request.verb != Verb::get) return wrong_method("GET");
    if (Response wrong = check_parameters(request, {"from", "to", "at", "seconds", "on_net"}); wrong.status != 200) return wrong;
    const auto to = request.parameter("to");
    if (!to || to->empty()) return error_response(400, "the parameter \"to\" is missing: what is called, as to=%2B4930123456");
    const auto at = time_of(request, "at");
    if (!at) return at.error();
    const auto seconds = to_number<std::uint32_t>(request.parameter("seconds").value_or("60"));
    if (!seconds) return error_response(400, "seconds: how long the call lasts, a whole number");
    const auto on_net = flag_of(request, "on_net");
    if (!on_net) return on_net.error();
    const auto tariff = find(store_, name);
    if (!tariff) return tariff.error();
    const std::string destination = normalised(facts()->dial_plan, *to);
    const auto preview =
        preview_json(**tariff, {.group = request.parameter("from").value_or(""),
                                .destination = destination,
                                .on_net = *on_net,
                                .answered = *at == UtcTime{} ? std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()) : *at,
                                .duration = std::chrono::seconds(*seconds)});
    if (!preview) return error_response(409, preview.error());
    return json_response(200, *preview);
}

}  // namespace offhook::http
