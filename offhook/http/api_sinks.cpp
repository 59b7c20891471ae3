// /v1/sinks: where the journal is delivered to, how far it has come, and whether a file holds every call.
#include <fmt/format.h>

#include <boost/json/array.hpp>

#include "offhook/base/text.hpp"
#include "offhook/http/api.hpp"
#include "offhook/http/reply.hpp"
#include "offhook/journal/reconciliation.hpp"
#include "offhook/store/escape.hpp"

namespace offhook::http {

namespace json = boost::json;

Response Api::sinks(const Request& request) {
    if (request.verb != Verb::get) return wrong_method("GET");
    if (Response wrong = check_parameters(request, {}); wrong.status != 200) return wrong;
    json::array list;
    const auto facts = this->facts();
    if (facts->sinks)
        for (const journal::DeliveryStatus& sink : facts->sinks())
            list.push_back(json::object{{"name", json::string(sink.name)},
                                        {"kind", json::string(sink.kind)},
                                        {"target", json::string(sink.target)},
                                        {"position", sink.position},
                                        {"backlog", sink.backlog},
                                        {"age_seconds", static_cast<double>(sink.age.count()) / 1e6},
                                        {"delivered", sink.delivered},
                                        {"refused", sink.refused},
                                        {"failures", sink.failures},
                                        {"readable", journal::can_be_read(*sink.config)},
                                        {"error", shown(sink.error)}});
    return json_response(200, json::object{{"sinks", std::move(list)}});
}

Response Api::reconcile_sink(const Request& request, std::string_view name) {
    if (request.verb != Verb::get) return wrong_method("GET");
    if (Response wrong = check_parameters(request, {}); wrong.status != 200) return wrong;
    const auto facts = this->facts();
    const auto all = facts->sinks ? facts->sinks() : std::vector<journal::DeliveryStatus>{};
    const auto sink = std::ranges::find(all, name, &journal::DeliveryStatus::name);
    if (sink == all.end()) return error_response(404, fmt::format("{}: there is no such sink; /v1/sinks names them", store::escaped(name)));
    if (!journal::can_be_read(*sink->config))
        return error_response(400, fmt::format("{} is a sink of kind {}: what it holds cannot be read back here", sink->name, sink->kind));
    const auto result = journal::reconcile(*sink, store_.reader());
    if (!result) return unavailable(result.error());
    json::array missing;
    for (const std::uint64_t id : result->missing) missing.push_back(json::string(to_hex(id)));
    return json_response(200, json::object{{"sink", json::string(sink->name)},
                                           {"good", result->good()},
                                           {"records", result->records},
                                           {"held", result->held},
                                           {"waiting", result->waiting},
                                           {"missing", result->missing_count},
                                           {"missing_ids", std::move(missing)},
                                           {"twice", result->twice},
                                           {"repeated", result->repeated},
                                           {"refused", result->refused},
                                           {"unknown", result->unknown}});
}

}  // namespace offhook::http
