// offhook registrations|calls|cdr|sinks
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <cstdio>
#include <memory>

#include "apps/offhook/client.hpp"
#include "apps/offhook/list.hpp"
#include "apps/offhook/program.hpp"
#include "offhook/http/exchange.hpp"

namespace offhook::cli {
namespace {

namespace json = boost::json;
using Outcome = std::expected<Exit, Failure>;

struct Options {
    ListOptions list;
    std::string user, from, to;
    std::size_t limit = 100;
    bool all = false;
};

struct Page {
    json::array rows;
    std::string next;
};

std::expected<Page, Failure> page(const Client& client, const std::string& target, std::string_view list) {
    const auto body = client.ask("GET", target);
    if (!body) return std::unexpected(body.error());
    json::error_code error;
    auto value = json::parse(*body, error);
    auto* rows = !error && value.is_object() ? value.get_object().if_contains({list.data(), list.size()}) : nullptr;
    const bool objects = rows != nullptr && rows->is_array() &&
                         std::all_of(rows->get_array().begin(), rows->get_array().end(), [](const json::value& row) { return row.is_object(); });
    if (!objects) return std::unexpected(Failure{Exit::refused, fmt::format("{} answered without a list of {}; is this an offhookd?", target, list)});
    Page out{std::move(rows->get_array()), {}};
    if (const auto* next = value.get_object().if_contains("next"); next != nullptr && next->is_string()) out.next = std::string(next->get_string());
    return out;
}

/// `path` with a parameter appended if it has a value.
std::string with(std::string path, std::string_view name, std::string_view value) {
    if (value.empty()) return path;
    return fmt::format("{}{}{}={}", path, path.find('?') == path.npos ? '?' : '&', name, http::escape_component(value));
}

const std::vector<std::string_view> record_keys{
    "id",      "call", "user",   "from_uri", "to_uri", "request_uri", "binding",      "invited",      "ringing",     "answered", "ended",
    "seconds", "end",  "status", "reason",   "codecs", "source",      "caller_agent", "callee_agent", "sip_call_id", "from_tag", "to_tag"};

Outcome registrations(const Globals& globals, const Options& options) {
    const auto rows = fetch_all(globals, with("/v1/registrations?limit=1000", "user", options.user), "registrations");
    if (!rows) return std::unexpected(rows.error());
    print(render(*rows, options.list.form(),
                 {{"ADDRESS", "aor"}, {"CONTACT", "contact"}, {"SOURCE", "source"}, {"SECONDS", "seconds", true}, {"USER AGENT", "user_agent"}},
                 {"aor", "contact", "q", "expires", "seconds", "registered", "protocol", "source", "local", "behind_nat", "path", "user_agent"}));
    return Exit::done;
}

Outcome calls(const Globals& globals, const Options& options) {
    const auto rows = fetch_all(globals, with("/v1/calls?limit=1000", "user", options.user), "calls");
    if (!rows) return std::unexpected(rows.error());
    print(render(*rows, options.list.form(),
                 {{"INVITED", "invited"}, {"USER", "user"}, {"FROM", "from_uri"}, {"TO", "request_uri"}, {"ANSWERED", "answered"}}, record_keys));
    return Exit::done;
}

/// The newest records, the last one at the end as in a log; or all of them.
Outcome records(const Globals& globals, const Options& options) {
    const std::string target = with(with(with("/v1/cdr", "user", options.user), "from", options.from), "to", options.to);
    auto rows = options.all ? fetch_all(globals, with(target, "limit", "1000"), "records")
                            : fetch_page(globals, with(with(target, "order", "newest"), "limit", std::to_string(options.limit)), "records");
    if (!rows) return std::unexpected(rows.error());
    if (!options.all) std::reverse(rows->begin(), rows->end());
    print(render(*rows, options.list.form(),
                 {{"INVITED", "invited"},
                  {"USER", "user"},
                  {"FROM", "from_uri"},
                  {"TO", "request_uri"},
                  {"STATUS", "status", true},
                  {"SECONDS", "seconds", true},
                  {"END", "end"},
                  {"CODECS", "codecs"}},
                 record_keys));
    return Exit::done;
}

Outcome sinks(const Globals& globals, const Options& options) {
    const auto rows = fetch_all(globals, "/v1/sinks", "sinks");
    if (!rows) return std::unexpected(rows.error());
    print(render(
        *rows, options.list.form(),
        {{"SINK", "name"}, {"KIND", "kind"}, {"TARGET", "target"}, {"BACKLOG", "backlog", true}, {"AGE", "age_seconds", true}, {"ERROR", "error"}},
        {"name", "kind", "target", "position", "backlog", "age_seconds", "delivered", "refused", "failures", "error"}));
    return Exit::done;
}

/// Every sink that can be read against the records. Refused if one lacks a call or has one twice.
Outcome reconcile(const Globals& globals, const Options& options) {
    const auto client = Client::make(globals);
    if (!client) return std::unexpected(client.error());
    const auto all = fetch_all(globals, "/v1/sinks", "sinks");
    if (!all) return std::unexpected(all.error());
    json::array rows;
    bool good = true;
    for (const json::value& sink : *all) {
        if (!sink.at("readable").as_bool()) continue;
        const auto body = client->ask("GET", fmt::format("/v1/sinks/{}/reconciliation", std::string_view(sink.at("name").as_string())));
        if (!body) return std::unexpected(body.error());
        rows.push_back(json::parse(*body));
        good = good && rows.back().at("good").as_bool();
    }
    if (rows.empty())
        return std::unexpected(
            Failure{Exit::refused, "no sink is configured that can be read: there is nothing to compare the records with ([[sink]] in offhookd's configuration)"});
    print(render(rows, options.list.form(),
                 {{"SINK", "sink"},
                  {"RECORDS", "records", true},
                  {"HELD", "held", true},
                  {"WAITING", "waiting", true},
                  {"MISSING", "missing", true},
                  {"TWICE", "twice", true},
                  {"REPEATED", "repeated", true},
                  {"REFUSED", "refused", true},
                  {"UNKNOWN", "unknown", true}},
                 {"sink", "good", "records", "held", "waiting", "missing", "missing_ids", "twice", "repeated", "refused", "unknown"}));
    if (!good) return std::unexpected(Failure{Exit::refused, "a sink and the records differ"});
    return Exit::done;
}

}  // namespace

void add_form_options(CLI::App& command, ListOptions& options) {
    auto* as_json = command.add_flag("--json", options.json, "As JSON");
    command.add_flag("--csv", options.csv, "As CSV, with every value")->excludes(as_json);
}

std::expected<json::array, Failure> fetch_page(const Globals& globals, const std::string& target, std::string_view list) {
    const auto client = Client::make(globals);
    if (!client) return std::unexpected(client.error());
    auto one = page(*client, target, list);
    if (!one) return std::unexpected(one.error());
    return std::move(one->rows);
}

std::expected<json::array, Failure> fetch_all(const Globals& globals, const std::string& target, std::string_view list) {
    const auto client = Client::make(globals);
    if (!client) return std::unexpected(client.error());
    json::array rows;
    std::string after;
    do {
        auto next = page(*client, with(target, "after", after), list);
        if (!next) return std::unexpected(next.error());
        rows.insert(rows.end(), std::make_move_iterator(next->rows.begin()), std::make_move_iterator(next->rows.end()));
        if (next->next == after && !after.empty()) return std::unexpected(Failure{Exit::refused, "the server answers the same page again"});
        after = std::move(next->next);
    } while (!after.empty());
    return rows;
}

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

void add_list_commands(CLI::App& app, Program& program) {
    const auto options = std::make_shared<Options>();  // lives as long as the callbacks
    const auto command = [&](const char* name, const char* help, auto run) {
        auto* sub = app.add_subcommand(name, help);
        sub->fallthrough();
        add_form_options(*sub, options->list);
        sub->add_option("--user", options->user, "Of this user only")->type_name("NAME@DOMAIN");
        sub->callback([sub, &program, options, run] {
            if (sub->get_subcommands().empty()) program.run = [&program, options, run] { return run(program.globals, *options); };
        });
        return sub;
    };
    command("registrations", "Phones that are registered", registrations);
    command("calls", "Calls in progress", calls);
    auto* cdr = command("cdr", "Call records: the newest, in order of their time", records);
    cdr->add_option("--from", options->from, "Calls that began at this time or later")->type_name("TIME");
    cdr->add_option("--to", options->to, "Calls that began before this time, as 2026-11-22 or 2026-11-22T09:55:00Z")->type_name("TIME");
    auto* limit = cdr->add_option("--limit", options->limit, "How many")->check(CLI::Range(1, 1000))->capture_default_str();
    cdr->add_flag("--all", options->all, "All that there are")->excludes(limit);
    const auto plain = [&](CLI::App& parent, const char* name, const char* help, auto run) {
        auto* sub = parent.add_subcommand(name, help);
        sub->fallthrough();
        add_form_options(*sub, options->list);
        sub->callback([&program, options, run] { program.run = [&program, options, run] { return run(program.globals, *options); }; });
    };
    plain(*cdr, "reconcile", "Whether each sink that can be read holds every call that ended, once", reconcile);
    plain(app, "sinks", "Where the journal is delivered to, and how far it has come", sinks);
}

}  // namespace offhook::cli
