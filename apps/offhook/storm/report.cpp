#include "apps/offhook/storm/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <vector>

#include "offhook/message/builder.hpp"

namespace offhook::cli::storm {
namespace {

constexpr std::pair<const char*, double> shares[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}, {"max", 1.0}};

struct Row {
    const char* key;    ///< in JSON
    const char* title;  ///< in the table
    const Histogram& histogram;
};

std::vector<Row> rows(const Statistics& s) {
    std::vector<Row> out;
    const Row all[] = {{"registration", "registration (REGISTER to 200)", s.registration},
                       {"ringing", "session attempt to ringing (INVITE to 180)", s.ringing},
                       {"establishment", "session establishment (INVITE to 200)", s.establishment},
                       {"release", "session release (BYE to 200)", s.release},
                       {"response", "response (request to 200)", s.response},
                       {"lag", "lateness of this generator", s.lag}};
    for (const Row& row : all)
        if (row.histogram.count() > 0) out.push_back(row);
    return out;
}

const Histogram& main_histogram(const Plan& plan, const Statistics& s) {
    return plan.scenario == Scenario::register_ ? s.registration : plan.scenario == Scenario::call ? s.establishment : s.response;
}

std::string milliseconds(Duration d) {
    const double ms = static_cast<double>(d.count()) / 1000;
    return fmt::format("{:.{}f}", ms, ms < 10 ? 2 : ms < 100 ? 1 : 0);
}

double processor_us(const Result& r) {
    return static_cast<double>(r.processor_time.value_or(Duration{0}).count()) /
           static_cast<double>(std::max(r.measured.attempted, std::uint64_t{1}));
}

double rate_of(std::uint64_t count, Duration elapsed) {
    return elapsed.count() <= 0 ? 0 : static_cast<double>(count) * 1e6 / static_cast<double>(elapsed.count());
}

std::uint64_t successes(const Result& r) { return r.plan.scenario == Scenario::call ? r.measured.established : r.measured.completed; }

struct Words {
    const char* attempts;
    const char* successes;
    const char* rate;
};
Words words(Scenario scenario) {
    if (scenario == Scenario::call) return {"session attempts", "established sessions", "sessions established a second"};
    if (scenario == Scenario::register_) return {"registration attempts", "registrations", "registrations a second"};
    return {"requests", "answered with 2xx", "answered a second"};
}

}  // namespace

std::string failures(const Statistics& s) {
    std::string out;
    const auto add = [&out](std::string_view what, std::uint64_t count) {
        if (count > 0) fmt::format_to(std::back_inserter(out), "{}{} {}", out.empty() ? "" : ", ", what, count);
    };
    for (const auto& [status, count] : s.refused) add(fmt::format("{} {}:", status, message::reason_phrase(status)), count);
    add("no answer in time:", s.timeouts);
    add("nobody there:", s.transport_errors);
    add("not sent, too many in progress:", s.not_sent);
    return out;
}

std::string progress_line(const Plan& plan, const Statistics& total, const Statistics& last, std::uint64_t in_progress) {
    const Histogram& h = main_histogram(plan, last);
    return fmt::format("{}/s  in progress {}  completed {}  failed {}  retransmissions {}  p50 {} ms  p99 {} ms", last.attempted, in_progress,
                       total.completed, total.failed(), total.retransmissions, milliseconds(h.percentile(0.5)), milliseconds(h.percentile(0.99)));
}

std::string table(const Result& r) {
    const Statistics& s = r.measured;
    std::string out =
        fmt::format("{} to {} over {}: {:g} attempts a second, {} user{}, {} thread{}, {} socket{}\n", name_of(r.plan.scenario), r.plan.target.text(),
                    transport::via_name(r.plan.protocol), r.plan.rate, r.plan.users.size(), r.plan.users.size() == 1 ? "" : "s", r.plan.threads,
                    r.plan.threads == 1 ? "" : "s", r.plan.threads * r.plan.sockets, r.plan.threads * r.plan.sockets == 1 ? "" : "s");
    if (r.plan.registers_first())
        fmt::format_to(std::back_inserter(out), "registered before: {} of {}\n", r.preparation.registration.count(), r.plan.users.size());
    const Words w = words(r.plan.scenario);
    const auto line = [&out](std::string_view title, std::uint64_t count, const std::string& more = {}) {
        fmt::format_to(std::back_inserter(out), "  {:<32}{:>10}{}{}\n", title, count, more.empty() ? "" : "   ", more);
    };
    out += '\n';
    line(w.attempts, s.attempted, fmt::format("{:.1f} a second", rate_of(s.attempted, r.elapsed)));
    line(w.successes, successes(r), fmt::format("{:.1f} a second", rate_of(successes(r), r.elapsed)));
    if (r.plan.scenario == Scenario::call) line("established and released", s.completed);
    line("failed", s.failed(), failures(s));
    if (r.interrupted) line("interrupted", s.interrupted);
    line("retransmissions", s.retransmissions);
    if (s.unacknowledged > 0) line("answers without an ACK", s.unacknowledged);
    if (s.malformed > 0) line("messages that made no sense", s.malformed);
    if (r.processor_time)
        line("server's processor time, us", static_cast<std::uint64_t>(r.processor_time->count()),
             fmt::format("{:.0f} for each attempt", processor_us(r)));
    if (s.without_credentials > 0) out += "  some challenges could not be answered: there was no password, or no algorithm in common\n";
    fmt::format_to(std::back_inserter(out), "\n  {:<44}{:>9}{:>9}{:>9}{:>9}{:>9}\n", "milliseconds", "p50", "p90", "p99", "p99.9", "max");
    for (const Row& row : rows(s)) {
        fmt::format_to(std::back_inserter(out), "  {:<44}", row.title);
        for (const auto& [name, share] : shares) fmt::format_to(std::back_inserter(out), "{:>9}", milliseconds(row.histogram.percentile(share)));
        out += '\n';
    }
    if (s.lag.percentile(0.99) > std::chrono::milliseconds(20))
        out += "\nThis generator was late itself: give it another processor, or offer less.\n";
    return out;
}

std::string json(const Result& r) {
    const Statistics& s = r.measured;
    boost::json::object refused, latency;
    for (const auto& [status, count] : s.refused) refused[std::to_string(status)] = count;
    for (const Row& row : rows(s)) {
        boost::json::object times{{"count", row.histogram.count()}};
        for (const auto& [name, share] : shares) times[name] = row.histogram.percentile(share).count();
        latency[row.key] = std::move(times);
    }
    boost::json::object out{
        {"scenario", std::string(name_of(r.plan.scenario))},
        {"target", r.plan.target.text()},
        {"transport", std::string(transport::uri_name(r.plan.protocol))},
        {"rate", r.plan.rate},
        {"users", r.plan.users.size()},
        {"threads", r.plan.threads},
        {"sockets", r.plan.threads * r.plan.sockets},
        {"seconds", static_cast<double>(r.elapsed.count()) / 1e6},
        {"registered_before", r.plan.registers_first() ? r.preparation.registration.count() : 0},
        {"attempted", s.attempted},
        {"established", s.established},
        {"completed", s.completed},
        {"failed", s.failed()},
        {"interrupted", s.interrupted},
        {"failures",
         boost::json::object{{"status", std::move(refused)}, {"timeout", s.timeouts}, {"transport", s.transport_errors}, {"not_sent", s.not_sent}}},
        {"retransmissions", s.retransmissions},
        {"unacknowledged", s.unacknowledged},
        {"malformed", s.malformed},
        {"sent", s.sent},
        {"received", s.received},
        {"rate_attempted", rate_of(s.attempted, r.elapsed)},
        {"rate_completed", rate_of(successes(r), r.elapsed)},
        {"latency_us", std::move(latency)},
    };
    if (r.processor_time) {
        out["server_cpu_us"] = r.processor_time->count();
        out["server_cpu_us_per_attempt"] = processor_us(r);
    }
    return boost::json::serialize(out) + '\n';
}

}  // namespace offhook::cli::storm
