// offhook calls|cdr: calls in progress, those on record, and what these come to.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <cstdio>
#include <memory>

#include "apps/offhook/client.hpp"
#include "apps/offhook/list.hpp"
#include "apps/offhook/program.hpp"

namespace offhook::cli {
namespace {

namespace json = boost::json;
using Outcome = std::expected<Exit, Failure>;

struct Options {
    ListOptions list;
    std::string user, account, from, to, status, least_seconds, destination, by = "day";
    std::size_t prefix_octets = 4;
    std::size_t limit = 100;
    bool all = false;
};

const std::vector<std::string_view> record_keys{
    "id",      "call", "user",   "from_uri", "to_uri", "request_uri", "binding",      "invited",      "ringing",     "answered", "ended",
    "seconds", "end",  "status", "reason",   "codecs", "source",      "caller_agent", "callee_agent", "sip_call_id", "from_tag", "to_tag",
    "account", "destination", "on_net", "rule", "price", "currency", "tariff", "prefix", "increments", "charged_seconds"};

Outcome calls(const Globals& globals, const Options& options) {
    const auto rows = fetch_all(globals, with("/v1/calls?limit=1000", "user", options.user), "calls");
    if (!rows) return std::unexpected(rows.error());
    print(render(*rows, options.list.form(),
                 {{"INVITED", "invited"}, {"USER", "user"}, {"FROM", "from_uri"}, {"TO", "request_uri"}, {"ANSWERED", "answered"}}, record_keys));
    return Exit::done;
}

Printer record_printer(const Options& options) {
    return {options.list.form(),
            {{"INVITED", "invited"},
             {"USER", "user"},
             {"FROM", "from_uri"},
             {"TO", "request_uri"},
             {"STATUS", "status", true},
             {"SECONDS", "seconds", true},
             {"PRICE", "price", true},
             {"END", "end"},
             {"CODECS", "codecs"}},
            record_keys};
}

/// `target` with what was asked of its records.
std::string filtered(std::string target, const Options& options) {
    target = with(with(std::move(target), "user", options.user), "account", options.account);
    target = with(with(std::move(target), "from", options.from), "to", options.to);
    target = with(with(std::move(target), "status", options.status), "min_seconds", options.least_seconds);
    return with(std::move(target), "destination", options.destination);
}

/// The newest records, the last one at the end as in a log.
Outcome newest(const Globals& globals, const Options& options) {
    auto rows = fetch_page(globals, filtered(fmt::format("/v1/cdr?order=newest&limit={}", options.limit), options), "records");
    if (!rows) return std::unexpected(rows.error());
    std::ranges::reverse(*rows);
    Printer printer = record_printer(options);
    print(printer.page(*rows) + printer.end());
    if (rows->size() == options.limit && std::fflush(stdout) == 0)
        fmt::print(stderr, "offhook: there may be more records: --all, or another --limit, shows them\n");
    return Exit::done;
}

/// Each page is printed before the next is asked for: a million records need the memory of one page.
Outcome all(const Globals& globals, const Options& options) {
    Printer printer = record_printer(options);
    const auto done = each_page(globals, filtered("/v1/cdr?limit=1000", options), "records",
                                [&](const json::array& rows) { return print(printer.page(rows)); });
    if (!done) return std::unexpected(done.error());
    print(printer.end());
    return Exit::done;
}

Outcome records(const Globals& globals, const Options& options) { return options.all ? all(globals, options) : newest(globals, options); }

/// A group as the table and CSV have it: ratios as percent and minutes, all prices in one.
json::object totals_row(const json::object& group) {
    std::string prices;
    for (const auto& [currency, price] : group.at("prices").as_object())
        prices += fmt::format("{}{} {}", prices.empty() ? "" : ", ", std::string_view(price.as_string()), std::string_view(currency));
    json::object row = group;
    row["asr"] = json::string(fmt::format("{:.1f}%", 100 * group.at("asr").to_number<double>()));
    row["minutes"] = json::string(fmt::format("{:.1f}", group.at("seconds").to_number<double>() / 60));
    row["acd_seconds"] = json::string(fmt::format("{:.1f}", group.at("acd_seconds").to_number<double>()));
    row["prices"] = json::string(prices);
    return row;
}

Outcome totals(const Globals& globals, const Options& options) {
    std::string target = fmt::format("/v1/cdr/totals?by={}", options.by);
    if (options.by == "prefix") target += fmt::format("&prefix_octets={}", options.prefix_octets);
    auto rows = fetch_page(globals, filtered(std::move(target), options), "totals");
    if (!rows) return std::unexpected(rows.error());
    if (options.list.form() != Form::json)
        for (json::value& row : *rows) row = totals_row(row.as_object());
    std::string heading = options.by;
    for (char& c : heading) c = static_cast<char>(c - 'a' + 'A');
    print(render(*rows, options.list.form(),
                 {{heading, "key"},
                  {"CALLS", "calls", true},
                  {"ANSWERED", "answered", true},
                  {"ASR", "asr", true},
                  {"MINUTES", "minutes", true},
                  {"ACD", "acd_seconds", true},
                  {"PRICE", "prices"}},
                 {"key", "calls", "answered", "asr", "seconds", "minutes", "acd_seconds", "prices"}));
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

void add_record_commands(CLI::App& app, Program& program) {
    const auto options = std::make_shared<Options>();  // lives as long as the callbacks
    const auto command = [&](CLI::App& parent, const char* name, const char* help, auto run) {
        auto* sub = parent.add_subcommand(name, help);
        sub->fallthrough();
        add_form_options(*sub, options->list);
        sub->callback([sub, &program, options, run] {
            if (sub->get_subcommands().empty()) program.run = [&program, options, run] { return run(program.globals, *options); };
        });
        return sub;
    };
    const auto of_user = [&](CLI::App* sub) { add_user_option(*sub, options->user); };
    of_user(command(app, "calls", "Calls in progress", calls));
    const auto filters = [&](CLI::App* sub) {
        of_user(sub);
        sub->add_option("--account", options->account, "Paid by this account only")->type_name("ACCOUNT");
        sub->add_option("--from", options->from, "Calls that began at this time or later")->type_name("TIME");
        sub->add_option("--to", options->to, "Calls that began before this time, as 2026-11-22 or 2026-11-22T09:55:00Z")->type_name("TIME");
        sub->add_option("--status", options->status, "With this final status only")->type_name("STATUS")->check(CLI::Range(100, 699));
        sub->add_option("--min-seconds", options->least_seconds, "That lasted so long or longer")->type_name("N")->check(CLI::Range(0, 2'678'400));
        sub->add_option("--destination", options->destination, "To normalised destinations that begin so, as +49")->type_name("PREFIX");
    };
    auto* cdr = command(app, "cdr", "Call records: the newest, in order of their time", records);
    filters(cdr);
    auto* limit = cdr->add_option("--limit", options->limit, "How many")->check(CLI::Range(1, 1000))->capture_default_str();
    cdr->add_flag("--all", options->all, "All that there are, from the oldest on")->excludes(limit);
    auto* summing = command(*cdr, "totals", "What calls that ended come to: how many, answered (ASR), minutes, average length (ACD), price", totals);
    filters(summing);
    summing->add_option("--by", options->by, "What makes a line")->check(CLI::IsMember({"day", "user", "account", "prefix"}))->capture_default_str();
    summing->add_option("--prefix-octets", options->prefix_octets, "With --by prefix: so much of the destination")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    add_rate_command(*cdr, program);
    command(*cdr, "reconcile", "Whether each sink that can be read holds every call that ended, once", reconcile);
}

}  // namespace offhook::cli
