// What the commands of `offhook` share: global options, exit codes, and how a command says what it came to.
#pragma once
#include <expected>
#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace offhook::cli {

/// Exit codes, the same for every command.
enum Exit : int {
    done = 0,
    refused = 1,      ///< the server refused, or the message is invalid
    usage = 2,        ///< the command line is wrong, or a file cannot be read
    unreachable = 3,  ///< no server answers
    no_access = 4,    ///< the token is missing or not accepted
};

struct Failure {
    Exit exit;
    std::string text;  ///< what, where, what to do; without "offhook:"
};

struct Globals {
    std::string api = "http://127.0.0.1:8080";
    std::string token_file;  ///< empty: looked for (client.hpp)
};

/// What the chosen command does, set by the parser's callback.
struct Program {
    Globals globals;
    std::function<std::expected<Exit, Failure>()> run;
};

void add_user_commands(CLI::App& app, Program& program);
void add_account_commands(CLI::App& app, Program& program);
void add_tariff_commands(CLI::App& app, Program& program);
void add_list_commands(CLI::App& app, Program& program);
void add_record_commands(CLI::App& app, Program& program);
void add_rate_command(CLI::App& cdr, Program& program);  ///< of add_record_commands()
void add_parse_command(CLI::App& app, Program& program);
void add_storm_command(CLI::App& app, Program& program);

}  // namespace offhook::cli
