// offhook: the command line of Offhook. Each group of commands has a file of its own.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <csignal>
#include <cstdio>

#include "apps/offhook/program.hpp"

namespace {

int run(int argc, char** argv) {
    using namespace offhook::cli;
    CLI::App app("Offhook's command line: administers a running offhookd through its HTTP API, and examines SIP messages.", "offhook");
    app.set_version_flag("--version", "offhook " OFFHOOK_VERSION);
    app.require_subcommand(1);
    app.fallthrough();
    Program program;
    app.add_option("--api", program.globals.api, "Address of the server's API")->capture_default_str()->type_name("URL");
    app.add_option("--token-file", program.globals.token_file,
                   "File with the API's token; default: $OFFHOOK_TOKEN_FILE, else var/api-token, else /var/lib/offhook/api-token")
        ->type_name("FILE");
    app.footer("Exit codes: 0 done, 1 refused or invalid, 2 wrong usage or unreadable file, 3 no server answers, 4 token missing or not accepted.");
    add_user_commands(app, program);
    add_list_commands(app, program);
    add_parse_command(app, program);
    try {
        app.parse(argc, argv);
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
    if (std::fflush(stdout) != 0) {
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
