// /v1/calls and /v1/cdr: calls in progress, those on record, and what these come to.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "offhook/base/text.hpp"
#include "offhook/base/time_text.hpp"
#include "offhook/http/api.hpp"
#include "offhook/http/reply.hpp"
#include "offhook/store/escape.hpp"
#include "offhook/store/names.hpp"

namespace offhook::http {
namespace {

namespace json = boost::json;

json::object record_json(const accounting::CallRecord& record) {
    json::object out{
        {"id", json::string(to_hex(record.id))},
        {"call", json::string(to_hex(record.call))},
        {"user", shown(record.user)},
        {"from_uri", shown(record.from_uri)},
        {"to_uri", shown(record.to_uri)},
        {"request_uri", shown(record.request_uri)},
        {"binding", shown(record.binding)},
        {"invited", time_json(record.invited)},
        {"ringing", time_json(record.ringing)},
        {"answered", time_json(record.answered)},
        {"ended", time_json(record.ended)},
        {"seconds", record.seconds},
        {"end", json::string(store::name_of(record.end))},
        {"status", record.status},
        {"reason", shown(record.reason)},
        {"codecs", shown(record.codecs)},
        {"caller_agent", shown(record.caller_agent)},
        {"callee_agent", shown(record.callee_agent)},
        {"source", shown(record.source)},
        {"account", shown(record.account)},
        {"destination", shown(record.destination)},
        {"on_net", record.on_net},
        {"rule", json::string(record.rule == charging::Rule::none ? "" : charging::text_of(record.rule))},
        {"sip_call_id", shown(record.sip_call_id)},
        {"from_tag", shown(record.from_tag)},
        {"to_tag", shown(record.to_tag)},
    };
    const auto& rated = record.rated;
    out["price"] = rated ? json::value(json::string(charging::amount_text(rated->price))) : json::value(nullptr);
    out["currency"] = json::string(rated ? rated->currency : "");
    out["tariff"] = shown(rated ? rated->tariff : "");
    out["prefix"] = shown(rated ? rated->prefix : "");
    out["increments"] = rated ? rated->increments : 0;
    out["charged_seconds"] = rated ? rated->seconds : 0;
    return out;
}

/// What every request about records may be narrowed by; the parameters of check_parameters() are named beside it.
std::expected<store::RecordFilter, Response> filter_of(const Request& request) {
    store::RecordFilter filter;
    filter.user = request.parameter("user").value_or("");
    filter.account = request.parameter("account").value_or("");
    filter.destination = request.parameter("destination").value_or("");
    for (const auto& [name, bound] : {std::pair("from", &filter.from), std::pair("to", &filter.to)}) {
        const auto time = time_of(request, name);
        if (!time) return std::unexpected(time.error());
        *bound = *time;
    }
    if (const auto text = request.parameter("status")) {
        const auto status = to_number<int>(*text);
        if (!status || *status < 100 || *status > 699)
            return std::unexpected(error_response(400, fmt::format("status={}: a status from 100 to 699 is wanted, as 486", store::escaped(*text))));
        filter.status = *status;
    }
    if (const auto text = request.parameter("min_seconds")) {
        const auto seconds = to_number<std::uint32_t>(*text);
        if (!seconds) return std::unexpected(error_response(400, fmt::format("min_seconds={}: a whole number is wanted", store::escaped(*text))));
        filter.seconds = *seconds;
    }
    return filter;
}

/// One page of records, as {"<list>": [...], "next": id}.
Response record_page(store::Store& store, const Request& request, const store::RecordFilter& filter, std::string_view list) {
    const auto limit = limit_of(request);
    if (!limit) return limit.error();
    const auto after = record_after(request);
    if (!after) return after.error();
    const auto page = store.reader().records(filter, *after, *limit);
    if (!page) return unavailable(page.error());
    json::array rows;
    for (const auto& record : *page) rows.push_back(record_json(record));
    json::object body{{list, std::move(rows)}};
    if (page->size() == *limit) body["next"] = json::string(to_hex(page->back().id));
    return json_response(200, body);
}

/// All records, one JSON object in each line, however many: each page is read when the one before it has been taken.
Response record_lines(store::Store& store, store::RecordFilter filter) {
    Response response{200, {}, "application/x-ndjson"};
    response.more = [&store, filter = std::move(filter), after = std::uint64_t{0}]() mutable -> std::expected<std::string, std::string> {
        const auto page = store.reader().records(filter, after, store::page_limit);
        if (!page) return std::unexpected(page.error());
        std::string lines;
        for (const auto& record : *page) lines += json::serialize(record_json(record)) + "\n";
        if (!page->empty()) after = page->back().id;
        return lines;
    };
    return response;
}

}  // namespace

Response Api::calls(const Request& request) {
    if (request.verb != Verb::get) return wrong_method("GET");
    if (Response wrong = check_parameters(request, {"user", "limit", "after"}); wrong.status != 200) return wrong;
    store::RecordFilter filter;
    filter.user = request.parameter("user").value_or("");
    filter.in_progress = true;
    return record_page(store_, request, filter, "calls");
}

Response Api::records(const Request& request) {
    if (request.verb != Verb::get) return wrong_method("GET");
    if (Response wrong = check_parameters(request, {"user", "account", "from", "to", "status", "min_seconds", "destination", "order", "limit", "after",
                                                    "format"});
        wrong.status != 200)
        return wrong;
    auto filter = filter_of(request);
    if (!filter) return filter.error();
    const auto order = request.parameter("order").value_or("oldest");
    if (order != "oldest" && order != "newest") return error_response(400, "order: \"oldest\" or \"newest\" first");
    filter->newest_first = order == "newest";
    const auto format = request.parameter("format").value_or("pages");
    if (format == "pages") return record_page(store_, request, *filter, "records");
    if (format != "lines") return error_response(400, "format: \"pages\", or \"lines\" for all records, one in each line");
    if (request.parameter("limit") || request.parameter("after")) return error_response(400, "limit and after are for pages, not for format=lines");
    return record_lines(store_, std::move(*filter));
}

Response Api::totals(const Request& request) {
    using By = store::GroupBy;
    constexpr std::array<std::pair<std::string_view, By>, 4> groups{
        {{"day", By::day}, {"user", By::user}, {"account", By::account}, {"prefix", By::prefix}}};
    if (request.verb != Verb::get) return wrong_method("GET");
    if (Response wrong = check_parameters(request, {"by", "prefix_octets", "user", "account", "from", "to", "status", "min_seconds", "destination"});
        wrong.status != 200)
        return wrong;
    const auto by = std::ranges::find(groups, request.parameter("by").value_or("day"), &std::pair<std::string_view, By>::first);
    if (by == groups.end()) return error_response(400, "by: \"day\", \"user\", \"account\" or \"prefix\" is wanted");
    const auto octets = to_number<std::size_t>(request.parameter("prefix_octets").value_or("4"));
    if (!octets || *octets == 0 || *octets > charging::Destination::most_octets)
        return error_response(400, fmt::format("prefix_octets: a number from 1 to {} is wanted", charging::Destination::most_octets));
    auto filter = filter_of(request);
    if (!filter) return filter.error();
    const auto totals = store_.totals_reader().totals({.filter = std::move(*filter), .by = by->second, .prefix_octets = *octets});
    if (!totals) return unavailable(totals.error());
    json::array rows;
    for (const store::GroupTotals& group : *totals) {
        json::object prices;
        for (const auto& [currency, price] : group.prices) prices[currency] = json::string(charging::amount_text(price));
        rows.push_back(json::object{{"key", shown(group.key)},
                                    {"calls", group.calls},
                                    {"answered", group.answered},
                                    {"asr", group.asr()},
                                    {"seconds", group.seconds},
                                    {"acd_seconds", group.acd()},
                                    {"prices", std::move(prices)}});
    }
    return json_response(200, json::object{{"by", json::string(by->first)}, {"totals", std::move(rows)}});
}

}  // namespace offhook::http
