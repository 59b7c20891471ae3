// offhook registrations|sinks
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>

#include "apps/offhook/list.hpp"
#include "apps/offhook/program.hpp"

namespace offhook::cli {
namespace {

using Outcome = std::expected<Exit, Failure>;

struct Options {
    ListOptions list;
    std::string user;
};

Outcome registrations(const Globals& globals, const Options& options) {
    const auto rows = fetch_all(globals, with("/v1/registrations?limit=1000", "user", options.user), "registrations");
    if (!rows) return std::unexpected(rows.error());
    print(render(*rows, options.list.form(),
                 {{"ADDRESS", "aor"}, {"CONTACT", "contact"}, {"SOURCE", "source"}, {"SECONDS", "seconds", true}, {"USER AGENT", "user_agent"}},
                 {"aor", "contact", "q", "expires", "seconds", "registered", "protocol", "source", "local", "behind_nat", "path", "user_agent"}));
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

}  // namespace

void add_list_commands(CLI::App& app, Program& program) {
    const auto options = std::make_shared<Options>();  // lives as long as the callbacks
    const auto command = [&](const char* name, const char* help, auto run) {
        auto* sub = app.add_subcommand(name, help);
        sub->fallthrough();
        add_form_options(*sub, options->list);
        sub->callback([&program, options, run] { program.run = [&program, options, run] { return run(program.globals, *options); }; });
        return sub;
    };
    add_user_option(*command("registrations", "Phones that are registered", registrations), options->user);
    command("sinks", "Where the journal is delivered to, and how far it has come", sinks);
}

}  // namespace offhook::cli
