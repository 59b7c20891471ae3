// offhook storm: reads the command line, commands the team, prints what came out.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "apps/offhook/file.hpp"
#include "apps/offhook/program.hpp"
#include "apps/offhook/secret.hpp"
#include "apps/offhook/storm/processor_time.hpp"
#include "apps/offhook/storm/report.hpp"
#include "apps/offhook/storm/team.hpp"
#include "offhook/message/builder.hpp"
#include "offhook/runtime/clock.hpp"
#include "offhook/runtime/source_addresses.hpp"

namespace offhook::cli::storm {
namespace {

using namespace std::chrono_literals;
using Outcome = std::expected<Exit, Failure>;

constexpr const char* password_variable = "OFFHOOK_PASSWORD";

struct Options {
    std::string scenario, target = "127.0.0.1:5060", transport = "udp", domain, users = "u{000000..}", users_file, password_file;
    double rate = 10, duration = 10, hold = 1, ring = 0, threshold = 32;
    std::uint64_t count = 0;
    std::size_t user_count = 1000, most_in_progress = 100'000;
    unsigned sockets = 1, threads = 1;
    std::uint32_t expires = 3600;
    int server_process = 0;
    bool password_stdin = false, allow_remote = false, json = false;
};

Duration seconds(double n) { return Duration(static_cast<Duration::rep>(std::llround(n * 1e6))); }

/// Never from the command line, where every user of the machine could read it.
std::expected<std::string, Failure> password_of(const Options& o) {
    if (o.password_stdin) return password_from_stdin();
    if (!o.password_file.empty()) {
        auto text = read_file(o.password_file);
        if (!text) return std::unexpected(text.error());
        std::string line = text->substr(0, text->find_first_of("\r\n"));
        if (line.empty()) return std::unexpected(Failure{Exit::usage, fmt::format("{}: its first line is to be the password", o.password_file)});
        return line;
    }
    if (const char* value = std::getenv(password_variable); value != nullptr && *value != '\0') return std::string(value);
    if (o.scenario != "options" && ::isatty(STDIN_FILENO) != 0) return existing_password_from_terminal("Password of these users: ");
    return std::string();
}

std::expected<std::vector<User>, Failure> users_of(const Options& o, const std::string& domain) {
    if (!o.users_file.empty()) {
        const auto text = read_file(o.users_file);
        if (!text) return std::unexpected(text.error());
        return users_of_csv(*text, o.users_file);
    }
    const auto password = password_of(o);
    if (!password) return std::unexpected(password.error());
    return users_of_pattern(o.users, o.user_count, domain, *password);
}

std::expected<Plan, Failure> plan_of(const Options& o) {
    Plan plan;
    for (const Scenario s : {Scenario::register_, Scenario::call, Scenario::options, Scenario::message})
        if (o.scenario == name_of(s)) plan.scenario = s;
    const auto target = resolve_target(o.target, o.allow_remote);
    if (!target) return std::unexpected(target.error());
    plan.target = *target;
    plan.protocol = *transport::protocol_of(o.transport);
    plan.local = runtime::source_address_for(target->address);
    if (plan.local.is_unspecified()) return std::unexpected(Failure{Exit::unreachable, fmt::format("{}: there is no way to it", target->text())});
    plan.domain = o.domain.empty() ? host_of(o.target) : o.domain;
    auto users = users_of(o, plan.domain);
    if (!users) return std::unexpected(users.error());
    plan.users = std::move(*users);
    plan.rate = o.rate;
    plan.total = o.count > 0 ? o.count : std::max(std::uint64_t{1}, static_cast<std::uint64_t>(std::llround(o.rate * o.duration)));
    plan.hold = seconds(o.hold);
    plan.ring = seconds(o.ring);
    plan.threshold = seconds(o.threshold);
    const bool stream = transport::is_reliable(plan.protocol);
    plan.threads = stream ? std::max(o.threads, o.sockets) : o.threads;
    plan.sockets = stream ? 1 : std::max(1u, o.sockets / o.threads);
    plan.expires = o.expires;
    plan.most_in_progress = std::max(std::size_t{1}, o.most_in_progress / plan.threads);
    plan.allow_remote = o.allow_remote;
    plan.server_process = o.server_process;
    if (o.server_process != 0 && !processor_time_of(o.server_process))
        return std::unexpected(Failure{Exit::usage, fmt::format("--server-pid {}: there is no such process on this machine", o.server_process)});
    return plan;
}

/// One line that is written over and over, on a terminal only.
class Progress {
public:
    explicit Progress(bool wanted) : wanted_(wanted && ::isatty(STDERR_FILENO) != 0) {}
    ~Progress() { clear(); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    void show(std::string_view text) {
        if (!wanted_) return;
        fmt::print(stderr, "\r\x1b[K{}", text);
        std::fflush(stderr);
        shown_ = true;
    }
    void clear() {
        if (std::exchange(shown_, false)) fmt::print(stderr, "\r\x1b[K");
    }

private:
    bool wanted_, shown_ = false;
};

constexpr Duration no_limit = std::chrono::hours(24 * 365), ending_limit = 10s;

std::optional<Failure> prepare(Team& team, const Plan& plan, Progress& progress) {
    progress.show(fmt::format("asking {}", plan.target.text()));
    if (team.command(Command::probe, no_limit) == Team::End::interrupted) return Failure{Exit::refused, "interrupted"};
    const Statistics probe = team.preparation();
    const std::string server = fmt::format("{} over {}", plan.target.text(), transport::via_name(plan.protocol));
    if (probe.completed == 0 && probe.probed == 0)
        return Failure{Exit::unreachable, fmt::format("no SIP server answers at {}; is offhookd running there?", server)};
    if (probe.completed == 0)
        return Failure{Exit::refused, fmt::format("{} answers an OPTIONS with {} {}, in a response that cannot be read or belongs to no request of ours",
                                                  server, probe.probed, message::reason_phrase(probe.probed))};
    if (probe.probed / 100 != 2) {
        progress.clear();
        fmt::print(stderr, "offhook: {} answers an OPTIONS with {} {}\n", server, probe.probed, message::reason_phrase(probe.probed));
    }
    if (!plan.registers_first()) return std::nullopt;
    const auto registered = [&] { return team.preparation().registration.count(); };
    const auto show = [&] { progress.show(fmt::format("registering users: {} of {}", registered(), plan.users.size())); };
    show();
    if (team.command(Command::enrol, no_limit, show) == Team::End::interrupted) {
        std::ignore = team.end_early(ending_limit);
        std::ignore = team.command(Command::withdraw, ending_limit);
        return Failure{Exit::refused, "interrupted while users were being registered"};
    }
    if (registered() == plan.users.size()) return std::nullopt;
    const Statistics s = team.preparation();
    return Failure{Exit::refused, fmt::format("only {} of {} users could be registered, so that nobody is called: {}{}", registered(),
                                              plan.users.size(), failures(s), s.without_credentials > 0 ? " (there is no password for them)" : "")};
}

Exit verdict(const Statistics& s) {
    if (s.failed() == 0 && s.completed > 0) return Exit::done;
    return s.received == 0 ? Exit::unreachable : Exit::refused;
}

Outcome rage(const Options& options) {
    const auto plan = plan_of(options);
    if (!plan) return std::unexpected(plan.error());
    Team team(*plan);
    if (auto started = team.start(); !started) return std::unexpected(started.error());
    Progress progress(!options.json);
    if (auto failure = prepare(team, *plan, progress)) return std::unexpected(*failure);
    Result result{*plan, {}, team.preparation(), seconds(static_cast<double>(plan->total) / plan->rate)};
    const auto before = processor_time_of(plan->server_process);
    const auto show = [&] {
        const Statistics last = team.take_recent();
        progress.show(progress_line(*plan, team.measured(), last, team.in_progress()));
    };
    if (team.command(Command::run, no_limit, show) == Team::End::interrupted) {
        result.interrupted = true;
        result.elapsed = std::min(result.elapsed, runtime::read_clock().steady - team.started());
        progress.show("ending calls in progress");
        std::ignore = team.end_early(ending_limit);
    }
    result.measured = team.measured();
    if (const auto after = processor_time_of(plan->server_process); before && after) result.processor_time = *after - *before;
    if (plan->registers_first()) std::ignore = team.command(Command::withdraw, result.interrupted ? ending_limit : no_limit);
    team.stop();
    progress.clear();
    fmt::print("{}", options.json ? json(result) : table(result));
    return verdict(result.measured);
}

void add_options(CLI::App& app, Options& o) {
    // CLI::Range lets NaN pass, which is neither less nor more.
    const CLI::Validator finite(
        [](std::string& text) { return std::isfinite(std::strtod(text.c_str(), nullptr)) ? std::string() : fmt::format("{} is not a number", text); }, "");
    app.add_option("scenario", o.scenario,
                   "register: REGISTER, 401, REGISTER with credentials; call: INVITE, 407, INVITE with credentials, 180, 200, ACK, hold, BYE; "
                   "options: OPTIONS "
                   "to the server; message: MESSAGE from user to user")
        ->required()
        ->check(CLI::IsMember({"register", "call", "options", "message"}));
    app.add_option("target", o.target, "The server: HOST or HOST:PORT; a machine other than this one needs --allow-remote")
        ->capture_default_str()
        ->type_name("HOST[:PORT]");
    app.add_option("--rate", o.rate, "Attempts a second, whatever becomes of them")->check(CLI::Range(0.001, 1e6))->check(finite)->capture_default_str();
    auto* duration =
        app.add_option("--duration", o.duration, "How many seconds to make attempts")->check(CLI::Range(0.001, 1e7))->check(finite)->capture_default_str();
    app.add_option("--count", o.count, "How many attempts to make, instead of --duration")
        ->check(CLI::Range(1ul, 1'000'000'000'000ul))
        ->excludes(duration);
    app.add_option("--transport", o.transport, "udp or tcp")->check(CLI::IsMember({"udp", "tcp"}))->capture_default_str();
    app.add_option("--sockets", o.sockets, "UDP sockets that the users share; of TCP, connections, each with a thread of its own")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    app.add_option("--threads", o.threads, "Threads of this generator")->check(CLI::Range(1, 64))->capture_default_str();
    auto* users = app.add_option("--users", o.users,
                                 "Names of the users: a range of numbers in braces, as u{000000..000999}; without an end as many as --user-count")
                      ->capture_default_str()
                      ->type_name("PATTERN");
    app.add_option("--user-count", o.user_count, "Users of a range without an end")->check(CLI::Range(1, 10'000'000))->capture_default_str();
    app.add_option("--domain", o.domain, "Domain of the users and of OPTIONS; default: the target's host")->type_name("DOMAIN");
    auto* file = app.add_option("--users-file", o.users_file,
                                "CSV lines name,domain,password instead, as `offhook user import` reads them; - is standard input")
                     ->type_name("FILE")
                     ->excludes(users);
    auto* from_stdin =
        app.add_flag("--password-stdin", o.password_stdin, "Read the users' password from the first line of standard input")->excludes(file);
    app.add_option("--password-file", o.password_file,
                   fmt::format("Read it from the first line of a file; default: ${}, else it is asked for on a terminal, else there is none",
                               password_variable))
        ->type_name("FILE")
        ->excludes(from_stdin)
        ->excludes(file);
    app.add_option("--hold", o.hold, "call: seconds from the ACK to the BYE (Session Duration, RFC 7501)")
        ->check(CLI::Range(0.0, 86400.0))
        ->check(finite)
        ->capture_default_str();
    app.add_option("--ring", o.ring, "call: seconds from 180 to 200")->check(CLI::Range(0.0, 180.0))->check(finite)->capture_default_str();
    app.add_option("--threshold", o.threshold, "Seconds after which an attempt has failed (Establishment Threshold Time, RFC 7501)")
        ->check(CLI::Range(0.001, 3600.0))
        ->check(finite)
        ->capture_default_str();
    app.add_option("--expires", o.expires, "Seconds that registrations last; `register` leaves them, call and message remove theirs")
        ->check(CLI::Range(1, 604'800))
        ->capture_default_str();
    app.add_option("--max-in-progress", o.most_in_progress,
                   "Attempts beyond so many in progress are not sent and count as failed: bounds this program's memory")
        ->check(CLI::Range(1, 10'000'000))
        ->capture_default_str();
    app.add_option("--server-pid", o.server_process,
                   "The server's process, if it runs on this machine: tells what each attempt costs it in processor time")
        ->check(CLI::PositiveNumber)
        ->type_name("PID");
    app.add_flag("--allow-remote", o.allow_remote, "Let the target be another machine; have its owner's consent");
    app.add_flag("--json", o.json, "The result as JSON; latencies in microseconds");
}

}  // namespace
}  // namespace offhook::cli::storm

namespace offhook::cli {

void add_storm_command(CLI::App& app, Program& program) {
    const auto options = std::make_shared<storm::Options>();  // lives as long as the callback
    auto* command = app.add_subcommand("storm", "How much does a server hold? Many users register, call, ask or write at a fixed rate");
    command->fallthrough();
    storm::add_options(*command, *options);
    command->footer(
        "An attempt's latency counts from the instant that it was meant for, so that a server which makes others wait gains nothing by it. Ctrl-C "
        "releases the "
        "calls in progress and prints what there is. Exit codes: 0 all attempts succeeded, 1 some failed, 2 wrong usage, 3 no server answers.");
    command->callback([&program, options] { program.run = [options] { return storm::rage(*options); }; });
}

}  // namespace offhook::cli
