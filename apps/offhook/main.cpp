// offhook: the command line of Offhook. Each group of commands has a file of its own.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <csignal>
#include <cstdio>
#include <string>

#include "apps/offhook/program.hpp"

namespace {

using namespace offhook::cli;

/// A command is missing or is none of ours: says which there are. CLI11 alone would only say that one is required.
int explain_commands(const CLI::App& app, const CLI::App& level) {
    const std::string path = &level == &app ? "" : level.get_name() + " ";
    std::string names;
    for (const CLI::App* command : level.get_subcommands({})) names += (names.empty() ? "" : ", ") + command->get_name();
    for (const std::string& word : app.remaining(true))
        if (!word.starts_with('-')) {
            fmt::print(stderr, "offhook: there is no command \"{}{}\"; there are {}\n", path, word, names);
            return Exit::usage;
        }
    fmt::print(stderr, "offhook: a command is wanted: {}; `offhook {}--help` says what each does\n", names, path);
    return Exit::usage;
}

int run(int argc, char** argv) {
    CLI::App app("Offhook's command line: administers a running offhookd through its HTTP API, examines SIP messages, and loads SIP servers.", "offhook");
    app.set_version_flag("--version", "offhook " OFFHOOK_VERSION);
    app.failure_message([](const CLI::App* level, const CLI::Error& error) { return "offhook: " + CLI::FailureMessage::simple(level, error); });
    app.require_subcommand(1);
    app.fallthrough();
    Program program;
    app.add_option("--api", program.globals.api, "Address of the server's API")->capture_default_str()->type_name("URL");
    app.add_option("--token-file", program.globals.token_file,
                   "File with the API's token; default: $OFFHOOK_TOKEN_FILE, else var/api-token, else /var/lib/offhook/api-token")
        ->type_name("FILE");
    app.footer("Exit codes: 0 done, 1 refused or invalid, 2 wrong usage or unreadable file, 3 no server answers, 4 token missing or not accepted.");
    add_user_commands(app, program);
    add_account_commands(app, program);
    add_tariff_commands(app, program);
    add_list_commands(app, program);
    add_record_commands(app, program);
    add_parse_command(app, program);
    add_storm_command(app, program);
    try {
        app.parse(argc, argv);
    } catch (const CLI::RequiredError& error) {
        const auto chosen = app.get_subcommands();
        const CLI::App* level = chosen.empty() ? &app : chosen.front();
        if (level->get_require_subcommand_min() != 0 && level->get_subcommands().empty()) return explain_commands(app, *level);
        app.exit(error);
        return Exit::usage;
    } catch (const CLI::ParseError& error) {
        const bool asked = error.get_exit_code() == 0;  // --help, --version
        app.exit(error);
        return asked ? Exit::done : Exit::usage;
    }
    const auto result = program.run();
    if (!result) {
        fmt::print(stderr, "offhook: {}\n", result.error().text);
        return result.error().exit;
    }
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
        fmt::print(stderr, "offhook: the output cannot be written\n");
        return Exit::usage;
    }
    return *result;
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    try {
        return run(argc, argv);
    } catch (const std::exception& failure) {
        fmt::print(stderr, "offhook: {}\n", failure.what());
        return offhook::cli::Exit::usage;
    }
}
