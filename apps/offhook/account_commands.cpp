// offhook account add|list|show|set|credit|payments|lock|unlock|remove
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <memory>
#include <optional>

#include "apps/offhook/client.hpp"
#include "apps/offhook/list.hpp"
#include "apps/offhook/program.hpp"
#include "offhook/base/text.hpp"
#include "offhook/http/exchange.hpp"
#include "offhook/runtime/random.hpp"

namespace offhook::cli {
namespace {

namespace json = boost::json;
using Outcome = std::expected<Exit, Failure>;

/// A limit of an account, as a flag and as the API names it.
struct LimitFlag {
    enum class Kind : std::uint8_t { count, amount, prefixes };
    const char* flag;
    std::string_view key;
    Kind kind;
    const char* help;
};
constexpr std::array<LimitFlag, 12> limit_flags{{
    {"--calls", "calls_of_account", LimitFlag::Kind::count, "Calls that may be in progress at once; 0 here and below: no limit"},
    {"--calls-per-user", "calls_of_user", LimitFlag::Kind::count, "The same for each of its users"},
    {"--calls-per-hour", "calls_per_hour", LimitFlag::Kind::count, "Calls in an hour, counted from its beginning (UTC)"},
    {"--calls-per-day", "calls_per_day", LimitFlag::Kind::count, "Calls in a day (UTC)"},
    {"--spend-per-hour", "spend_per_hour", LimitFlag::Kind::amount, "What calls may cost in an hour; no call begins above it"},
    {"--spend-per-day", "spend_per_day", LimitFlag::Kind::amount, "The same for a day"},
    {"--blocked", "blocked", LimitFlag::Kind::prefixes, "Prefixes that may not be called, as +4990,+881; empty here and below: none"},
    {"--allowed", "allowed", LimitFlag::Kind::prefixes, "If there are any, nothing else may be called"},
    {"--premium", "premium", LimitFlag::Kind::prefixes, "Expensive prefixes, watched for a burst"},
    {"--burst", "burst", LimitFlag::Kind::count, "So many new premium destinations within --burst-minutes lock the account"},
    {"--burst-minutes", "burst_minutes", LimitFlag::Kind::count, "1 to 1440; 10 if never set"},
    {"--networks", "networks", LimitFlag::Kind::count, "Use from more networks than this within an hour locks the account"},
}};

struct Options {
    std::string name, amount, reference, note, reason;
    std::optional<std::string> currency, tariff, group;
    std::array<std::optional<std::string>, limit_flags.size()> limits;
    bool prepaid = false, postpaid = false;
    ListOptions list;
};

std::string target_of(const Options& options, std::string_view part = "") {
    return fmt::format("/v1/accounts/{}{}", http::escape_component(options.name), part);
}

json::array prefixes_of(std::string_view text) {
    json::array out;
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of(", "), text.size());
        if (end != 0) out.emplace_back(json::string(text.substr(0, end)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

/// What the flags say of an account: nothing of what no flag names.
std::expected<json::object, Failure> body_of(const Options& options) {
    json::object body, limits;
    if (options.currency) body["currency"] = *options.currency;
    if (options.tariff) body["tariff"] = *options.tariff;
    if (options.group) body["group"] = *options.group;
    if (options.prepaid || options.postpaid) body["prepaid"] = options.prepaid;
    for (std::size_t i = 0; i < limit_flags.size(); ++i) {
        const LimitFlag& flag = limit_flags[i];
        const std::optional<std::string>& text = options.limits[i];
        if (!text) continue;
        const json::string_view key(flag.key.data(), flag.key.size());
        if (flag.kind == LimitFlag::Kind::prefixes) {
            limits[key] = prefixes_of(*text);
        } else if (flag.kind == LimitFlag::Kind::amount) {
            limits[key] = *text;
        } else {
            const auto count = to_number<std::uint32_t>(*text);
            if (!count) return std::unexpected(Failure{Exit::usage, fmt::format("{} {}: a whole number is wanted", flag.flag, *text)});
            limits[key] = *count;
        }
    }
    if (!limits.empty()) body["limits"] = std::move(limits);
    return body;
}

std::expected<json::object, Failure> ask(const Globals& globals, std::string_view method, const std::string& target, const std::string& body = "") {
    const auto client = Client::make(globals);
    if (!client) return std::unexpected(client.error());
    return ask_object(*client, method, target, body);
}

std::string text(const json::object& from, std::string_view key) {
    const json::value* value = from.if_contains({key.data(), key.size()});
    if (value == nullptr) return {};
    return value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
}

Outcome add(const Globals& globals, const Options& options) {
    auto body = body_of(options);
    if (!body) return std::unexpected(body.error());
    (*body)["name"] = options.name;
    if (const auto done = ask(globals, "POST", "/v1/accounts", json::serialize(*body)); !done) return std::unexpected(done.error());
    fmt::print("added account {}\n", options.name);
    return Exit::done;
}

Outcome set(const Globals& globals, const Options& options) {
    const auto body = body_of(options);
    if (!body) return std::unexpected(body.error());
    if (body->empty()) return std::unexpected(Failure{Exit::usage, "nothing to change: `offhook account set --help` says what can be"});
    if (const auto done = ask(globals, "PATCH", target_of(options), json::serialize(*body)); !done) return std::unexpected(done.error());
    fmt::print("changed account {}\n", options.name);
    return Exit::done;
}

Outcome list(const Globals& globals, const Options& options) {
    const auto rows = fetch_all(globals, "/v1/accounts?limit=1000", "accounts");
    if (!rows) return std::unexpected(rows.error());
    print(render(*rows, options.list.form(),
                 {{"ACCOUNT", "name"},
                  {"CURRENCY", "currency"},
                  {"PREPAID", "prepaid"},
                  {"BALANCE", "balance", true},
                  {"RESERVED", "reserved", true},
                  {"TARIFF", "tariff"},
                  {"GROUP", "group"},
                  {"LOCKED", "lock_reason"}},
                 {"name", "currency", "prepaid", "balance", "reserved", "tariff", "group", "locked", "lock_reason", "limits"}));
    return Exit::done;
}

std::string limits_text(const json::object& limits) {
    std::string out;
    for (const LimitFlag& flag : limit_flags) {
        if (flag.key == "burst_minutes" && limits.at("burst") == 0) continue;
        const json::value& value = limits.at({flag.key.data(), flag.key.size()});
        std::string shown = value.is_string() ? std::string(value.get_string()) : value.is_array() ? "" : json::serialize(value);
        if (value.is_array())
            for (const json::value& prefix : value.get_array()) shown += (shown.empty() ? "" : ",") + std::string(prefix.as_string());
        if (!shown.empty() && shown != "0" && shown != "0.00") out += fmt::format("{:<16}  {}\n", flag.flag + 2, shown);
    }
    return out;
}

Outcome show(const Globals& globals, const Options& options) {
    const auto account = ask(globals, "GET", target_of(options));
    if (!account) return std::unexpected(account.error());
    if (options.list.json) return print(json::serialize(*account) + "\n"), Exit::done;
    const std::string currency = text(*account, "currency");
    std::string out;
    const auto line = [&](std::string_view what, std::string_view value) { out += fmt::format("{:<16}  {}\n", what, value); };
    line("account", text(*account, "name") + (account->at("prepaid").as_bool() ? ", prepaid" : ", postpaid"));
    line("balance", text(*account, "balance") + " " + currency);
    line("reserved", text(*account, "reserved") + " " + currency);
    if (const auto tariff = text(*account, "tariff"); !tariff.empty()) line("tariff", tariff);
    if (const auto group = text(*account, "group"); !group.empty()) line("group", group);
    if (account->at("locked").as_bool()) line("locked", text(*account, "lock_reason"));
    const json::object& use = account->at("use").as_object();
    line("calls", fmt::format("{} in progress, {} in this hour, {} today", text(use, "calls_in_progress"), text(use, "calls_this_hour"),
                              text(use, "calls_today")));
    line("spent", fmt::format("{} in this hour, {} today", text(use, "spent_this_hour"), text(use, "spent_today")));
    if (const std::string limits = limits_text(account->at("limits").as_object()); !limits.empty()) out += "\nlimits\n" + limits;
    out += "\nusers\n";
    for (const json::value& user : account->at("users").as_array()) out += std::string(user.as_string()) + "\n";
    print(out);
    return Exit::done;
}

/// Without a reference every call of the command is a payment of its own.
Outcome credit(const Globals& globals, const Options& options) {
    std::string reference = options.reference;
    if (reference.empty()) reference = "offhook-" + to_hex(runtime::random_key().k0);
    const json::object body{{"amount", options.amount}, {"reference", reference}, {"note", options.note}};
    const auto account = ask(globals, "POST", target_of(options, "/payments"), json::serialize(body));
    if (!account) return std::unexpected(account.error());
    fmt::print("credited {} with {} {}, reference {}; its balance is {} {}\n", options.name, options.amount, text(*account, "currency"), reference,
               text(*account, "balance"), text(*account, "currency"));
    return Exit::done;
}

Outcome payments(const Globals& globals, const Options& options) {
    const auto rows = fetch_all(globals, target_of(options, "/payments?limit=1000"), "payments");
    if (!rows) return std::unexpected(rows.error());
    print(render(*rows, options.list.form(),
                 {{"TIME", "time"}, {"AMOUNT", "amount", true}, {"BALANCE", "balance", true}, {"REFERENCE", "reference"}, {"NOTE", "note"}},
                 {"id", "time", "amount", "balance", "reference", "note"}));
    return Exit::done;
}

Outcome act(const Globals& globals, const Options& options, std::string_view method, std::string_view part, const std::string& body, std::string_view said) {
    if (const auto done = ask(globals, method, target_of(options, part), body); !done) return std::unexpected(done.error());
    fmt::print("{} account {}\n", said, options.name);
    return Exit::done;
}

Outcome lock(const Globals& globals, const Options& options) {
    const std::string body = options.reason.empty() ? "" : json::serialize(json::object{{"reason", options.reason}});
    return act(globals, options, "POST", "/lock", body, "locked");
}
Outcome unlock(const Globals& globals, const Options& options) { return act(globals, options, "POST", "/unlock", "", "unlocked"); }
Outcome remove(const Globals& globals, const Options& options) { return act(globals, options, "DELETE", "", "", "removed"); }

void add_account_options(CLI::App& command, Options& options) {
    command.add_option("--tariff", options.tariff, "What its calls cost; empty: nothing, and a prepaid account can make none")->type_name("NAME");
    command.add_option("--group", options.group, "Group of callers, for rows of the tariff that are for one")->type_name("GROUP");
    for (std::size_t i = 0; i < limit_flags.size(); ++i) {
        const LimitFlag& flag = limit_flags[i];
        command.add_option(flag.flag, options.limits[i], flag.help)
            ->type_name(flag.kind == LimitFlag::Kind::count ? "N" : flag.kind == LimitFlag::Kind::amount ? "AMOUNT" : "PREFIX,...");
    }
}

}  // namespace

void add_account_commands(CLI::App& app, Program& program) {
    auto* account = app.add_subcommand("account", "Accounts: who pays for calls");
    account->require_subcommand(1);
    const auto options = std::make_shared<Options>();  // lives as long as the callbacks
    const auto command = [&](const char* name, const char* help, auto run) {
        auto* sub = account->add_subcommand(name, help);
        sub->fallthrough();
        sub->callback([&program, options, run] { program.run = [&program, options, run] { return run(program.globals, *options); }; });
        return sub;
    };
    const auto named = [&](CLI::App* sub) {
        sub->add_option("account", options->name, "Name of the account")->required()->type_name("NAME");
        return sub;
    };
    auto* adding = named(command("add", "Add an account", add));
    adding->add_option("--currency", options->currency, "Of its balance, as EUR")->required()->type_name("CODE");
    adding->add_flag("--prepaid", options->prepaid, "Its calls end when its balance does; else the balance may fall below 0");
    add_account_options(*adding, *options);
    add_form_options(*command("list", "List all accounts", list), options->list);
    named(command("show", "One account: balance, limits, use, users", show))->add_flag("--json", options->list.json, "As JSON");
    auto* setting = named(command("set", "Change what is named, leave the rest", set));
    setting->add_option("--currency", options->currency, "Only at a balance of 0 with no call in progress")->type_name("CODE");
    auto* prepaid = setting->add_flag("--prepaid", options->prepaid, "Likewise");
    setting->add_flag("--postpaid", options->postpaid, "Likewise")->excludes(prepaid);
    add_account_options(*setting, *options);
    auto* crediting = named(command("credit", "Add a payment to the balance", credit));
    crediting->add_option("amount", options->amount, "As 10.00; below 0 it is taken from the balance")->required()->type_name("AMOUNT");
    crediting->add_option("--reference", options->reference, "By which the payment is known: told twice, it counts once. Default: a new one")
        ->type_name("TEXT");
    crediting->add_option("--note", options->note, "Kept with it")->type_name("TEXT");
    add_form_options(*named(command("payments", "What was paid in, and when", payments)), options->list);
    named(command("lock", "Let its users make no calls", lock))->add_option("--reason", options->reason, "Kept with it")->type_name("TEXT");
    named(command("unlock", "Let its users call again", unlock));
    named(command("remove", "Remove an account that no user has, with its payments", remove));
}

}  // namespace offhook::cli
