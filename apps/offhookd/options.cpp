#include "apps/offhookd/options.hpp"

#include <CLI/CLI.hpp>

namespace offhook::daemon {

std::optional<Options> read_options(int argc, char** argv, int& status) {
    Options options;
    CLI::App app{
        "offhookd: SIP registrar, proxy and call records. SIGTERM ends it when calls that are being set up are done, SIGHUP reads the configuration "
        "again."};
    app.set_version_flag("--version", "offhookd " OFFHOOK_VERSION);
    std::string check;
    auto* config = app.add_option("--config", options.config, "Configuration to start with (TOML)")->type_name("FILE");
    auto* checked = app.add_option("--check", check, "Read a configuration, name its mistakes with line and column, and end")->type_name("FILE");
    auto* help_config = app.add_flag("--help-config", options.help_config, "Print every setting with its default and meaning, and end");
    app.add_option("--ready-fd", options.ready_fd,
                   "When everything is open, write one line of JSON with the real addresses to this file descriptor, and close it")
        ->type_name("N")
        ->check(CLI::NonNegativeNumber);
    app.add_option("--first-users", options.first_users, "If there is no user at all, make this many with random passwords and print them, once")
        ->type_name("N")
        ->check(CLI::Range(0, 5));
    config->excludes(checked)->excludes(help_config);
    try {
        app.parse(argc, argv);
        if (options.config.empty() && check.empty() && !options.help_config) throw CLI::RequiredError("--config FILE");
    } catch (const CLI::ParseError& error) {
        status = app.exit(error) == 0 ? 0 : 2;
        return std::nullopt;
    }
    if (!check.empty()) {
        options.check = true;
        options.config = check;
    }
    return options;
}

}  // namespace offhook::daemon
