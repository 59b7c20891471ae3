// /v1/registrations: which phones are where.
#include <fmt/format.h>

#include <boost/json/array.hpp>

#include "offhook/http/api.hpp"
#include "offhook/http/reply.hpp"
#include "offhook/store/escape.hpp"
#include "offhook/store/names.hpp"

namespace offhook::http {
namespace {

namespace json = boost::json;

UtcTime now() { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }

void append(json::array& out, const location::BindingSet& set, UtcTime at) {
    for (const location::Binding& binding : set.bindings) {
        if (binding.expires <= at) continue;
        out.push_back(json::object{
            {"aor", shown(set.address_of_record)},
            {"contact", shown(std::string(binding.contact).append(binding.parameters))},
            {"q", binding.q / 1000.0},
            {"expires", time_json(binding.expires)},
            {"seconds", std::chrono::ceil<std::chrono::seconds>(binding.expires - at).count()},
            {"registered", time_json(binding.registered)},
            {"protocol", json::string(store::name_of(binding.flow.protocol))},
            {"source", json::string(binding.flow.remote.text())},
            {"local", json::string(binding.flow.local.text())},
            {"behind_nat", binding.behind_nat},
            {"path", shown(binding.path)},
            {"user_agent", shown(binding.user_agent)},
        });
    }
}

}  // namespace

Response Api::registrations(const Request& request) {
    if (request.verb != Verb::get) return wrong_method("GET");
    if (Response wrong = check_parameters(request, {"user", "limit", "after"}); wrong.status != 200) return wrong;
    const auto limit = limit_of(request);
    if (!limit) return limit.error();
    const UtcTime at = now();
    json::array rows;
    json::object body;
    if (const auto user = request.parameter("user")) {
        if (!store_.loaded()) return unavailable("the registrations are still being loaded: try again in a moment");
        if (const auto set = store_.find(*user)) append(rows, *set, at);
    } else {
        const auto page = store_.reader().bindings(store::unescaped(request.parameter("after").value_or("")), *limit);
        if (!page) return unavailable(page.error());
        for (const location::BindingSnapshot& set : *page) append(rows, *set, at);
        if (page->size() == *limit) body["next"] = shown(page->back()->address_of_record);
    }
    body["registrations"] = std::move(rows);
    return json_response(200, body);
}

}  // namespace offhook::http
