// offhook user add|list|passwd|set|enable|disable|remove|import
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <memory>

#include "apps/offhook/client.hpp"
#include "apps/offhook/file.hpp"
#include "apps/offhook/list.hpp"
#include "apps/offhook/program.hpp"
#include "apps/offhook/secret.hpp"
#include "offhook/http/exchange.hpp"

namespace offhook::cli {
namespace {

namespace json = boost::json;
using Outcome = std::expected<Exit, Failure>;

struct Options {
    std::string user, file, format, account;
    bool from_stdin = false, generate = false, disabled = false;
    ListOptions list;
};

std::expected<std::pair<std::string, std::string>, Failure> split(const std::string& user) {
    const auto at = user.rfind('@');
    if (at == user.npos || at == 0 || at + 1 == user.size())
        return std::unexpected(Failure{Exit::usage, fmt::format("\"{}\" is not a user: NAME@DOMAIN is wanted, as alice@example.com", user)});
    return std::pair(user.substr(0, at), user.substr(at + 1));
}

std::string target_of(const std::string& user) { return "/v1/users/" + http::escape_component(user); }

std::expected<std::string, Failure> password_of(const Options& options) {
    if (options.generate) return generate_password();
    return options.from_stdin ? password_from_stdin() : password_from_terminal(options.user);
}

Outcome add(const Globals& globals, const Options& options) {
    const auto key = split(options.user);
    if (!key) return std::unexpected(key.error());
    const auto client = Client::make(globals);
    if (!client) return std::unexpected(client.error());
    const auto password = password_of(options);
    if (!password) return std::unexpected(password.error());
    const json::object body{{"name", key->first}, {"domain", key->second}, {"password", *password}, {"enabled", !options.disabled}, {"account", options.account}};
    if (const auto done = client->ask("POST", "/v1/users", json::serialize(body)); !done) return std::unexpected(done.error());
    fmt::print("added {}\n", options.user);
    if (options.generate) fmt::print("password: {}\n", *password);
    return Exit::done;
}

Outcome passwd(const Globals& globals, const Options& options) {
    if (const auto key = split(options.user); !key) return std::unexpected(key.error());
    const auto client = Client::make(globals);
    if (!client) return std::unexpected(client.error());
    const auto password = password_of(options);
    if (!password) return std::unexpected(password.error());
    if (const auto done = client->ask("PATCH", target_of(options.user), json::serialize(json::object{{"password", *password}})); !done)
        return std::unexpected(done.error());
    fmt::print("changed the password of {}\n", options.user);
    if (options.generate) fmt::print("password: {}\n", *password);
    return Exit::done;
}

Outcome change(const Globals& globals, const Options& options, std::string_view method, const std::string& body, std::string_view said) {
    if (const auto key = split(options.user); !key) return std::unexpected(key.error());
    const auto client = Client::make(globals);
    if (!client) return std::unexpected(client.error());
    if (const auto done = client->ask(method, target_of(options.user), body); !done) return std::unexpected(done.error());
    fmt::print("{} {}\n", said, options.user);
    return Exit::done;
}

Outcome set(const Globals& globals, const Options& options) {
    return change(globals, options, "PATCH", json::serialize(json::object{{"account", options.account}}), "changed");
}

/// Each wrong line as FILE:LINE: what, as compilers do.
std::string import_errors(const runtime::HttpReply& reply, const std::string& file) {
    json::error_code error;
    const auto value = json::parse(reply.body, error);
    const auto* lines = !error && value.is_object() ? value.get_object().if_contains("errors") : nullptr;
    if (lines == nullptr || !lines->is_array()) return error_of(reply);
    std::string out = "nothing was imported";
    for (const auto& line : lines->get_array()) {
        const auto* entry = line.if_object();
        const auto* what = entry == nullptr ? nullptr : entry->if_contains("error");
        const auto* number = entry == nullptr ? nullptr : entry->if_contains("line");
        if (what != nullptr && what->is_string() && number != nullptr)
            out += fmt::format("\n{}:{}: {}", file == "-" ? "standard input" : file, json::serialize(*number), std::string(what->get_string()));
    }
    if (const auto* more = value.get_object().if_contains("more")) out += fmt::format("\nand {} more lines that are wrong", json::serialize(*more));
    return out;
}

Outcome import(const Globals& globals, const Options& options) {
    const auto client = Client::make(globals);
    if (!client) return std::unexpected(client.error());
    const auto text = read_file(options.file);
    if (!text) return std::unexpected(text.error());
    const auto first = text->find_first_not_of(" \t\r\n");
    if (first == text->npos)
        return std::unexpected(Failure{Exit::usage, fmt::format("{}: there is nothing in it: CSV lines name,domain,password are wanted, or JSON lines",
                                                                options.file == "-" ? "standard input" : options.file)});
    const bool lines = options.format.empty() ? (*text)[first] == '{' : options.format == "jsonl";
    const auto reply = client->send("POST", "/v1/users/import", *text, lines ? "application/x-ndjson" : "text/csv");
    if (!reply) return std::unexpected(reply.error());
    if (reply->status != 200) return std::unexpected(Failure{Exit::refused, import_errors(*reply, options.file)});
    json::error_code error;
    const auto value = json::parse(reply->body, error);
    const auto* member = !error && value.is_object() ? value.get_object().if_contains("imported") : nullptr;
    const std::string count = member == nullptr ? "all" : json::serialize(*member);
    fmt::print("imported {} user{}\n", count, count == "1" ? "" : "s");
    return Exit::done;
}

Outcome list(const Globals& globals, const Options& options) {
    const auto rows = fetch_all(globals, "/v1/users?limit=1000", "users");
    if (!rows) return std::unexpected(rows.error());
    print(render(*rows, options.list.form(), {{"USER", "user"}, {"ENABLED", "enabled"}, {"ACCOUNT", "account"}, {"ALGORITHMS", "algorithms"}},
                 {"user", "name", "domain", "realm", "enabled", "account", "algorithms"}));
    return Exit::done;
}

void add_password_options(CLI::App& command, Options& options) {
    auto* from_stdin = command.add_flag("--password-stdin", options.from_stdin, "Read the password from the first line of standard input");
    command.add_flag("--generate", options.generate, "Make a password and print it, once")->excludes(from_stdin);
}

}  // namespace

void add_user_commands(CLI::App& app, Program& program) {
    auto* user = app.add_subcommand("user", "Users: who may register and call");
    user->require_subcommand(1);
    const auto options = std::make_shared<Options>();  // lives as long as the callbacks
    const auto command = [&](const char* name, const char* help, auto run) {
        auto* sub = user->add_subcommand(name, help);
        sub->fallthrough();
        sub->callback([&program, options, run] { program.run = [&program, options, run] { return run(program.globals, *options); }; });
        return sub;
    };
    const auto named = [&](CLI::App* sub) {
        sub->add_option("user", options->user, "The user, as alice@example.com")->required()->type_name("NAME@DOMAIN");
        return sub;
    };
    auto* adding = named(command("add", "Add a user", add));
    add_password_options(*adding, *options);
    adding->add_flag("--disabled", options->disabled, "The user may not register yet");
    adding->add_option("--account", options->account, "The account that pays for the user's calls; default: none")->type_name("ACCOUNT");
    add_form_options(*command("list", "List all users", list), options->list);
    add_password_options(*named(command("passwd", "Change a user's password", passwd)), *options);
    auto* setting = named(command("set", "Change who pays for a user's calls", set));
    setting->add_option("--account", options->account, "The account; empty: nobody pays")->required()->type_name("ACCOUNT");
    named(command("enable", "Let a user register and call again",
                  [](const Globals& globals, const Options& o) { return change(globals, o, "PATCH", R"({"enabled":true})", "enabled"); }));
    named(command("disable", "Keep a user and its password, but refuse it",
                  [](const Globals& globals, const Options& o) { return change(globals, o, "PATCH", R"({"enabled":false})", "disabled"); }));
    named(command("remove", "Remove a user", [](const Globals& globals, const Options& o) { return change(globals, o, "DELETE", "", "removed"); }));
    auto* importing = command("import", "Add many users at once, or none if a line is wrong", import);
    importing->add_option("file", options->file, "CSV lines name,domain,password or name,domain,password,account, or JSON lines; - is standard input")->required()->type_name("FILE");
    importing->add_option("--format", options->format, "csv or jsonl; default: what the first line looks like")
        ->check(CLI::IsMember({"csv", "jsonl"}));
}

}  // namespace offhook::cli
