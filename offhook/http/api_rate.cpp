// /v1/cdr/rate: what ended calls would cost by the tariffs as they are now, and putting that right.
#include <fmt/format.h>

#include <boost/json/array.hpp>

#include "offhook/base/text.hpp"
#include "offhook/http/api.hpp"
#include "offhook/http/reply.hpp"

namespace offhook::http {
namespace {

namespace json = boost::json;

json::value price_json(const std::optional<accounting::RatedPrice>& rated) {
    if (!rated) return nullptr;
    return json::object{{"price", json::string(charging::amount_text(rated->price))},
                        {"currency", json::string(rated->currency)},
                        {"tariff", shown(rated->tariff)},
                        {"prefix", shown(rated->prefix)},
                        {"increments", rated->increments},
                        {"charged_seconds", rated->seconds}};
}

json::object call_json(const store::Rerating& call) {
    json::object out{{"id", json::string(to_hex(call.record))},
                     {"invited", time_json(call.invited)},
                     {"account", shown(call.account)},
                     {"user", shown(call.user)},
                     {"destination", shown(call.destination)},
                     {"stored", price_json(call.stored)},
                     {"now", price_json(call.now)},
                     {"problem", shown(call.problem)}};
    out["applied"] = call.applied ? json::value(json::string(charging::amount_text(*call.applied))) : json::value(nullptr);
    return out;
}

}  // namespace

/// GET compares, POST puts right as well: a page of answered calls each, of which those are told that differ or cannot be rated.
Response Api::rate(const Request& request) {
    if (request.verb != Verb::get && request.verb != Verb::post) return wrong_method("GET, POST");
    if (Response wrong = check_parameters(request, {"from", "to", "account", "tariff", "limit", "after"}); wrong.status != 200) return wrong;
    store::RatingPeriod period;
    for (const auto& [name, bound] : {std::pair("from", &period.from), std::pair("to", &period.to)}) {
        if (!request.parameter(name))
            return error_response(400, fmt::format("the parameter \"{}\" is missing: from (inclusive) and to (exclusive) say which calls, by their INVITE", name));
        const auto time = time_of(request, name);
        if (!time) return time.error();
        *bound = *time;
    }
    period.account = request.parameter("account").value_or("");
    period.tariff = request.parameter("tariff").value_or("");
    const auto limit = limit_of(request);
    if (!limit) return limit.error();
    const auto after = record_after(request);
    if (!after) return after.error();
    const auto page = store_.rerater().page(period, *after, *limit, request.verb == Verb::post);
    if (!page) return refusal(page.error());
    json::array calls;
    for (const store::Rerating& call : page->calls)
        if (call.differs() || !call.problem.empty()) calls.push_back(call_json(call));
    json::object body{{"checked", page->calls.size()}, {"calls", std::move(calls)}};
    if (page->next != 0) body["next"] = json::string(to_hex(page->next));
    return json_response(200, body);
}

}  // namespace offhook::http
