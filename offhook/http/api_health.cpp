// /v1/health and /metrics: how the server is, for people and for Prometheus.
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include "offhook/http/api.hpp"
#include "offhook/http/reply.hpp"
#include "offhook/store/schema.hpp"

namespace offhook::http {
namespace {

namespace json = boost::json;

prometheus::MetricFamily family(const Metric& metric) {
    const bool counter = metric.kind == Metric::Kind::counter;
    return {metric.name, metric.help, counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge, {}};
}

/// Metrics of one name are one family, whatever their labels.
void add(std::vector<prometheus::MetricFamily>& families, const Metric& metric) {
    if (families.empty() || families.back().name != metric.name) families.push_back(family(metric));
    prometheus::ClientMetric one;
    for (const auto& [name, value] : metric.labels) one.label.push_back({name, value});
    (metric.kind == Metric::Kind::counter ? one.counter.value : one.gauge.value) = metric.value;
    families.back().metric.push_back(std::move(one));
}

std::vector<Metric> store_metrics(const store::Health& health, const store::Totals& totals) {
    using Kind = Metric::Kind;
    const auto number = [](auto value) { return static_cast<double>(value); };
    const auto& writer = health.writer;
    return {
        {"offhook_store_healthy", "1 while rows are committed in time", Kind::gauge, {}, writer.healthy ? 1.0 : 0.0},
        {"offhook_store_oldest_row_seconds", "Age of the oldest uncommitted row", Kind::gauge, {}, number(writer.oldest.count()) / 1e6},
        {"offhook_store_rows_committed_total", "Rows committed", Kind::counter, {}, number(writer.committed)},
        {"offhook_store_groups_total", "Commits, each of a group of rows", Kind::counter, {}, number(writer.groups)},
        {"offhook_store_failed_groups_total", "Groups that were rolled back", Kind::counter, {}, number(writer.failed_groups)},
        {"offhook_store_rows_rejected_total",
         "Rows that the database refused, kept in the table rejected",
         Kind::counter,
         {},
         number(writer.rejected)},
        {"offhook_store_rows_refused_total", "Rows that found the queue full", Kind::counter, {}, number(writer.refused)},
        {"offhook_store_records_kept", "Call records that still wait for the database", Kind::gauge, {}, number(writer.kept)},
        {"offhook_store_last_event", "Sequence number of the journal's last event", Kind::gauge, {}, number(totals.last_event)},
        {"offhook_users", "Users", Kind::gauge, {}, number(health.users)},
        {"offhook_registered_addresses", "Addresses of record with a binding", Kind::gauge, {}, number(health.addresses)},
        {"offhook_calls_in_progress", "Answered calls that have not ended", Kind::gauge, {}, number(totals.calls_in_progress)},
    };
}

std::vector<Metric> sink_metrics(const std::vector<journal::DeliveryStatus>& sinks) {
    using Kind = Metric::Kind;
    std::vector<Metric> all;
    const auto each = [&](const char* name, const char* help, Kind kind, auto value) {
        for (const journal::DeliveryStatus& sink : sinks) all.push_back({name, help, kind, {{"sink", sink.name}}, static_cast<double>(value(sink))});
    };
    each("offhook_sink_backlog", "Events of the journal that wait for the sink", Kind::gauge, [](const auto& s) { return s.backlog; });
    each("offhook_sink_age_seconds", "Age of the oldest event that waits for the sink", Kind::gauge,
         [](const auto& s) { return static_cast<double>(s.age.count()) / 1e6; });
    each("offhook_sink_delivered_total", "Events delivered to the sink", Kind::counter, [](const auto& s) { return s.delivered; });
    each("offhook_sink_refused_total", "Events that the sink never takes and has put aside", Kind::counter,
         [](const auto& s) { return s.refused; });
    each("offhook_sink_failures_total", "Attempts to deliver that failed", Kind::counter, [](const auto& s) { return s.failures; });
    return all;
}

}  // namespace

Response Api::health(const Request& request) {
    if (request.verb != Verb::get) return wrong_method("GET");
    if (Response wrong = check_parameters(request, {}); wrong.status != 200) return wrong;
    const store::Health health = store_.health();
    const bool good = health.writer.healthy && health.users_loaded && health.bindings_loaded;
    json::object body{{"status", good ? "ok" : health.writer.healthy && health.load_error.empty() ? "loading" : "failing"}};
    if (request.authorized) {  // anybody may know that we are well, nobody else how
        const auto totals = store_.reader().totals();
        const auto& writer = health.writer;
        body["version"] = facts()->version;
        body["schema"] = store::schema_version();
        body["uptime_seconds"] = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - started_).count();
        body["users"] = health.users;
        body["registered_addresses"] = health.addresses;
        body["calls_in_progress"] = totals ? json::value(totals->calls_in_progress) : json::value(nullptr);
        body["users_loaded"] = health.users_loaded;
        body["bindings_loaded"] = health.bindings_loaded;
        if (!health.load_error.empty()) body["load_error"] = shown(health.load_error);
        if (!totals) body["read_error"] = shown(totals.error());
        body["store"] = json::object{{"healthy", writer.healthy},
                                     {"last_error", shown(writer.last_error)},
                                     {"oldest_row_ms", std::chrono::duration_cast<std::chrono::milliseconds>(writer.oldest).count()},
                                     {"committed", writer.committed},
                                     {"groups", writer.groups},
                                     {"failed_groups", writer.failed_groups},
                                     {"rejected", writer.rejected},
                                     {"refused", writer.refused},
                                     {"kept", writer.kept}};
    }
    return json_response(good ? 200 : 503, body);
}

Response Api::metrics(const Request& request) {
    if (request.verb != Verb::get) return wrong_method("GET");
    const auto totals = store_.reader().totals();
    if (!totals) return unavailable(totals.error());
    const auto facts = this->facts();
    std::vector<prometheus::MetricFamily> families;
    const auto uptime = std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
    add(families, {"offhook_build_info", "1, with the version", Metric::Kind::gauge, {{"version", facts->version}}, 1});
    add(families, {"offhook_uptime_seconds", "Since the API was started", Metric::Kind::gauge, {}, uptime});
    for (const Metric& metric : store_metrics(store_.health(), *totals)) add(families, metric);
    if (facts->sinks)
        for (const Metric& metric : sink_metrics(facts->sinks())) add(families, metric);
    if (facts->metrics)
        for (const Metric& metric : facts->metrics()) add(families, metric);
    return {200, prometheus::TextSerializer().Serialize(families), "text/plain; version=0.0.4; charset=utf-8"};
}

}  // namespace offhook::http
