// /v1/registrations, /v1/calls and /v1/cdr: what phones did and do.
#include <fmt/format.h>

#include <boost/json/array.hpp>

#include "offhook/base/text.hpp"
#include "offhook/base/time_text.hpp"
#include "offhook/http/api.hpp"
#include "offhook/http/reply.hpp"
#include "offhook/store/escape.hpp"
#include "offhook/store/names.hpp"

namespace offhook::http {
namespace {

namespace json = boost::json;

UtcTime now() { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }

json::value time_json(UtcTime time) { return time == UtcTime{} ? json::value(nullptr) : json::value(json::string(format_time(time))); }

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

json::object record_json(const accounting::CallRecord& record) {
    return {
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
        {"sip_call_id", shown(record.sip_call_id)},
        {"from_tag", shown(record.from_tag)},
        {"to_tag", shown(record.to_tag)},
    };
}

/// The parameter as an instant; the epoch if it is not there.
std::expected<UtcTime, Response> time_of(const Request& request, std::string_view name) {
    const auto text = request.parameter(name);
    if (!text) return UtcTime{};
    if (const auto time = parse_time(*text)) return *time;
    return std::unexpected(
        error_response(400, fmt::format("{}={}: a time is wanted, as 2026-11-22 or 2026-11-22T09:55:00Z", name, store::escaped(*text))));
}

/// One page of records, as {"<list>": [...], "next": id}.
Response record_page(store::Store& store, const Request& request, const store::RecordFilter& filter, std::string_view list) {
    const auto limit = limit_of(request);
    if (!limit) return limit.error();
    std::uint64_t after = 0;
    if (const auto text = request.parameter("after")) {
        const auto octets = from_hex(*text);
        if (!octets || octets->size() != 8)
            return error_response(400, fmt::format("after={}: the id of a record is wanted, 16 hexadecimal digits", store::escaped(*text)));
        for (const char octet : *octets) after = after << 8 | static_cast<unsigned char>(octet);
    }
    const auto page = store.reader().records(filter, after, *limit);
    if (!page) return unavailable(page.error());
    json::array rows;
    for (const auto& record : *page) rows.push_back(record_json(record));
    json::object body{{list, std::move(rows)}};
    if (page->size() == *limit) body["next"] = json::string(to_hex(page->back().id));
    return json_response(200, body);
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
    if (Response wrong = check_parameters(request, {"user", "from", "to", "order", "limit", "after"}); wrong.status != 200) return wrong;
    const auto from = time_of(request, "from");
    if (!from) return from.error();
    const auto to = time_of(request, "to");
    if (!to) return to.error();
    const auto order = request.parameter("order").value_or("oldest");
    if (order != "oldest" && order != "newest") return error_response(400, "order: \"oldest\" or \"newest\" first");
    store::RecordFilter filter;
    filter.user = request.parameter("user").value_or("");
    filter.from = *from;
    filter.to = *to;
    filter.newest_first = order == "newest";
    return record_page(store_, request, filter, "records");
}

}  // namespace offhook::http
