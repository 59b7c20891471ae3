// offhook tariff import|export|list|remove|test
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <cstdint>
#include <memory>

#include "apps/offhook/client.hpp"
#include "apps/offhook/file.hpp"
#include "apps/offhook/list.hpp"
#include "apps/offhook/program.hpp"
#include "offhook/base/time_text.hpp"
#include "offhook/charging/tariff_csv.hpp"
#include "offhook/http/exchange.hpp"
#include "offhook/http/preview.hpp"
#include "offhook/runtime/time_zone.hpp"

namespace offhook::cli {
namespace {

namespace json = boost::json;
using Outcome = std::expected<Exit, Failure>;

struct Options {
    std::string name, file, currency, zone = "UTC", group, destination, at;
    std::uint64_t seconds = 60;
    bool free_on_net = false, on_net = false;
    ListOptions list;
};

std::string text(const json::object& from, std::string_view key) {
    const json::value& value = from.at({key.data(), key.size()});
    return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

/// "60 s", "60 s + 5 x 1 s", "6 x 1 s": the increments of a step.
std::string increments_text(const json::object& step) {
    const auto count = step.at("increments").to_number<std::uint64_t>();
    const std::string first = text(step, "first_increment"), further = text(step, "increment");
    if (count == 0) return "none";
    if (!step.at("opens").as_bool() || first == further) return fmt::format("{} x {} s", count, further);
    return count == 1 ? first + " s" : fmt::format("{} s + {} x {} s", first, count - 1, further);
}

/// A step's cost is exact: what is beyond a millionth is said in sixtieths of one.
std::string cost_text(const json::object& step) {
    const std::string sixtieths = text(step, "sixtieths");
    return sixtieths == "0" ? text(step, "cost") : fmt::format("{} + {}/60 millionths", text(step, "cost"), sixtieths);
}

std::string row_text(const json::object& row) {
    std::string out = fmt::format("{}: prefix \"{}\"", text(row, "row"), text(row, "prefix"));
    const auto also = [&](std::string_view key, std::string_view word) {
        const std::string value = row.at({key.data(), key.size()}).is_null() ? std::string() : text(row, key);
        if (!value.empty()) out += fmt::format(", {}{}", word, value);
    };
    also("name", "");
    also("group", "for the group ");
    also("days", "");
    also("hours", "");
    also("valid_from", "valid from ");
    also("valid_until", "valid until ");
    return out;
}

/// The preview as people read it: what was asked, the row, each stretch with a row of its own, the sum.
std::string explained(const json::object& preview) {
    const std::string group = text(preview, "group");
    std::string out = fmt::format("tariff    {}\ncall      to {}{}, {} s\nanswered  {}, when clocks of {} show {}\n", text(preview, "tariff"),
                                  text(preview, "destination"), group.empty() ? "" : fmt::format(", from the group {}", group), text(preview, "seconds"),
                                  text(preview, "answered"), text(preview, "zone"), text(preview, "clock"));
    if (preview.at("row").is_null()) return out + fmt::format("price     0.00 {}: calls to own users are free\n", text(preview, "currency"));
    out += fmt::format("row       {}\nfee       {}\n", row_text(preview.at("row").as_object()), text(preview, "connection_fee"));
    if (text(preview, "free_seconds") != "0") out += fmt::format("free      the first {} s\n", text(preview, "free_seconds"));
    json::array steps;
    for (const json::value& value : preview.at("steps").as_array()) {
        json::object step = value.as_object();
        step["counted"] = json::string(increments_text(step));
        step["exact"] = json::string(cost_text(step));
        steps.push_back(std::move(step));
    }
    if (!steps.empty())
        out += render(steps, Form::table,
                      {{"FROM", "from", true},
                       {"TO", "to", true},
                       {"CLOCK", "clock"},
                       {"ROW", "row", true},
                       {"NAME", "name"},
                       {"INCREMENTS", "counted"},
                       {"SECONDS", "charged_seconds", true},
                       {"A MINUTE", "price_per_minute", true},
                       {"COST", "exact"}},
                      {});
    return out + fmt::format("price     {} {}: the fee and all costs, rounded up to a millionth\n", text(preview, "price"), text(preview, "currency"));
}

std::string file_name(const Options& options) { return options.file == "-" ? "standard input" : options.file; }

Failure csv_failure(const std::string& name, const std::vector<charging::TariffCsvError>& errors) {
    std::string out = fmt::format("{} is no tariff", name);
    for (const auto& error : errors) out += fmt::format("\n{}:{}:{}: {}", name, error.line, error.column, error.reason);
    return {Exit::refused, std::move(out)};
}

/// The tariff of a file, with no server.
std::expected<charging::Tariff, Failure> tariff_of(const Options& options) {
    const auto currency = charging::Currency::parse(options.currency);
    if (!currency)
        return std::unexpected(
            Failure{Exit::usage, fmt::format("--currency \"{}\" is no currency: three capital letters are wanted, as EUR", options.currency)});
    auto zone = runtime::load_time_zone(options.zone);
    if (!zone) return std::unexpected(Failure{Exit::usage, "--zone " + zone.error()});
    const auto csv = read_file(options.file);
    if (!csv) return std::unexpected(csv.error());
    auto tariff = charging::read_tariff({file_name(options), *currency, std::move(*zone), options.free_on_net}, *csv);
    if (!tariff) return std::unexpected(csv_failure(file_name(options), tariff.error()));
    return std::move(*tariff);
}

std::expected<json::object, Failure> preview_of_file(const Options& options, UtcTime answered) {
    const auto tariff = tariff_of(options);
    if (!tariff) return std::unexpected(tariff.error());
    auto preview = http::preview_json(*tariff, {.group = options.group,
                                                      .destination = options.destination,
                                                      .on_net = options.on_net,
                                                      .answered = answered,
                                                      .duration = std::chrono::seconds(options.seconds)});
    if (!preview) return std::unexpected(Failure{Exit::refused, preview.error()});
    return std::move(*preview);
}

std::string target_of(const Options& options, std::string_view part = "") {
    return fmt::format("/v1/tariffs/{}{}", http::escape_component(options.name), part);
}

std::expected<json::object, Failure> preview_of_server(const Globals& globals, const Options& options, UtcTime answered) {
    const auto client = Client::make(globals);
    if (!client) return std::unexpected(client.error());
    std::string target = with(target_of(options, "/preview"), "to", options.destination);
    target = with(with(std::move(target), "from", options.group), "at", format_time(answered));
    target = with(with(std::move(target), "seconds", std::to_string(options.seconds)), "on_net", options.on_net ? "true" : "");
    const auto body = client->ask("GET", target);
    if (!body) return std::unexpected(body.error());
    json::error_code error;
    auto preview = json::parse(*body, error);
    if (error || !preview.is_object()) return std::unexpected(Failure{Exit::refused, "the server answered no preview; is this an offhookd?"});
    return std::move(preview.get_object());
}

Outcome test(const Globals& globals, const Options& options) {
    if (options.file.empty() == options.name.empty())
        return std::unexpected(Failure{Exit::usage, "which tariff? --file FILE with --currency CODE, or --tariff NAME for one that the server has"});
    UtcTime answered = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    if (!options.at.empty()) {
        const auto time = parse_time(options.at);
        if (!time)
            return std::unexpected(Failure{
                Exit::usage, fmt::format("--at {}: a time is wanted, as 2026-03-29T01:59:00+01:00; without an offset it is UTC", options.at)});
        answered = *time;
    }
    const auto preview = options.name.empty() ? preview_of_file(options, answered) : preview_of_server(globals, options, answered);
    if (!preview) return std::unexpected(preview.error());
    print(options.list.json ? json::serialize(*preview) + "\n" : explained(*preview));
    return Exit::done;
}

/// Each wrong line as FILE:LINE:COLUMN: what, as compilers do.
std::string import_errors(const runtime::HttpReply& reply, const std::string& file) {
    json::error_code error;
    const auto value = json::parse(reply.body, error);
    const auto* lines = !error && value.is_object() ? value.get_object().if_contains("errors") : nullptr;
    if (lines == nullptr || !lines->is_array()) return error_of(reply);
    std::string out = "nothing was imported";
    for (const json::value& line : lines->get_array())
        if (const json::object* entry = line.if_object(); entry != nullptr && entry->contains("line") && entry->contains("column") && entry->contains("error"))
            out += fmt::format("\n{}:{}:{}: {}", file, text(*entry, "line"), text(*entry, "column"), text(*entry, "error"));
    return out;
}

Outcome import(const Globals& globals, const Options& options) {
    const auto client = Client::make(globals);
    if (!client) return std::unexpected(client.error());
    const auto csv = read_file(options.file);
    if (!csv) return std::unexpected(csv.error());
    const std::string target = with(with(with(target_of(options), "currency", options.currency), "zone", options.zone), "free_on_net",
                                    options.free_on_net ? "true" : "");
    const auto reply = client->send("PUT", target, *csv, "text/csv");
    if (!reply) return std::unexpected(reply.error());
    if (reply->status != 200) return std::unexpected(Failure{Exit::refused, import_errors(*reply, file_name(options))});
    json::error_code error;
    const auto value = json::parse(reply->body, error);
    const auto* rows = !error && value.is_object() ? value.get_object().if_contains("imported") : nullptr;
    fmt::print("imported {} row{} as tariff {}\n", rows == nullptr ? "all" : json::serialize(*rows), rows != nullptr && *rows == 1 ? "" : "s", options.name);
    return Exit::done;
}

Outcome ask_and_print(const Globals& globals, const Options& options, std::string_view method, std::string_view said) {
    const auto client = Client::make(globals);
    if (!client) return std::unexpected(client.error());
    const auto body = client->ask(method, target_of(options));
    if (!body) return std::unexpected(body.error());
    print(*body);
    if (!said.empty()) fmt::print("{} tariff {}\n", said, options.name);
    return Exit::done;
}

Outcome list(const Globals& globals, const Options& options) {
    const auto rows = fetch_all(globals, "/v1/tariffs?limit=1000", "tariffs");
    if (!rows) return std::unexpected(rows.error());
    print(render(*rows, options.list.form(),
                 {{"TARIFF", "name"}, {"CURRENCY", "currency"}, {"ZONE", "zone"}, {"FREE ON-NET", "free_on_net"}, {"ROWS", "rows", true}, {"IMPORTED", "imported"}},
                 {"name", "currency", "zone", "free_on_net", "rows", "imported"}));
    return Exit::done;
}

}  // namespace

void add_tariff_commands(CLI::App& app, Program& program) {
    auto* tariff = app.add_subcommand("tariff", "Tariffs: what calls cost");
    tariff->require_subcommand(1);
    const auto options = std::make_shared<Options>();  // lives as long as the callbacks
    const auto command = [&](const char* name, const char* help, auto run) {
        auto* sub = tariff->add_subcommand(name, help);
        sub->fallthrough();
        sub->callback([&program, options, run] { program.run = [&program, options, run] { return run(program.globals, *options); }; });
        return sub;
    };
    const auto settings = [&](CLI::App* sub) {
        auto* currency = sub->add_option("--currency", options->currency, "Of the prices, as EUR")->type_name("CODE");
        sub->add_option("--zone", options->zone, "By whose clocks days and hours of rows are meant, as Europe/Berlin")
            ->type_name("ZONE")
            ->capture_default_str();
        sub->add_flag("--free-on-net", options->free_on_net, "Calls to own users cost nothing");
        return currency;
    };
    const auto named = [&](CLI::App* sub) {
        sub->add_option("tariff", options->name, "Name of the tariff")->required()->type_name("NAME");
        return sub;
    };
    auto* importing = named(command("import", "Take a CSV file as the whole of a tariff, or nothing if a line is wrong", import));
    importing->add_option("file", options->file, "CSV, columns as in docs/billing.md; - is standard input")->required()->type_name("FILE");
    settings(importing)->required();
    named(command("export", "Print a tariff as CSV",
                  [](const Globals& globals, const Options& o) { return ask_and_print(globals, o, "GET", ""); }));
    add_form_options(*command("list", "List all tariffs", list), options->list);
    named(command("remove", "Remove a tariff that no account has",
                  [](const Globals& globals, const Options& o) { return ask_and_print(globals, o, "DELETE", "removed"); }));
    auto* testing = command("test", "What a call would cost, step by step", test);
    testing->add_option("--file", options->file, "CSV file of a tariff, with --currency; needs no server; - is standard input")->type_name("FILE");
    settings(testing);
    testing->add_option("--tariff", options->name, "A tariff that the server has, with its own currency and zone")->type_name("NAME");
    testing->add_option("--from", options->group, "Group of the caller; default: none")->type_name("GROUP");
    testing->add_option("--to", options->destination, "What is called, as +4930123456; a server applies its dial plan")->required()->type_name("DESTINATION");
    testing->add_flag("--on-net", options->on_net, "What is called is an own user");
    testing->add_option("--at", options->at, "When the call is answered, as 2026-03-29T01:59:00+01:00; default: now")->type_name("TIME");
    testing->add_option("--seconds", options->seconds, "How long it lasts, to 31 days")->check(CLI::Range(0, 2'678'400))->capture_default_str();
    testing->add_flag("--json", options->list.json, "As JSON");
}

}  // namespace offhook::cli
