// What a durable row costs: CPU and time of a group of each size, of a server's pace through the writer, of loading at the start.
//
//   store_bench group                                  groups of 1, 8, 16 and 64 rows, written by the session itself
//   store_bench calls    [CALLS/S [SECONDS [WINDOW_MS]]]   two rows a call, as the server puts them: CPU of the writer for each call
//   store_bench register [ROWS/S [SECONDS [WINDOW_MS]]]    refreshes of 10,000 addresses of record
//   store_bench charge   [CALLS]                       what allowing, extending and settling add to the rows of a call, in groups of 16 calls
//   store_bench load     [BINDINGS]                    bytes and time of stored bindings at the start
//
// The database is in a new folder in BENCH_DIR (default /var/tmp), which must be a disk. Thread rule: the caller's thread paces, one
// more is the writer.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "offhook/store/store.hpp"
#include "offhook/store/write_session.hpp"

namespace {

using namespace offhook;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

struct Folder {
    Folder() {
        const char* parent = std::getenv("BENCH_DIR");
        std::string pattern = std::string(parent != nullptr ? parent : "/var/tmp") + "/store-bench-XXXXXX";
        if (::mkdtemp(pattern.data()) == nullptr) std::perror(pattern.c_str()), std::exit(1);
        path = pattern;
    }
    ~Folder() { std::filesystem::remove_all(path); }
    std::filesystem::path path;
};

store::Config config_in(const Folder& folder) {
    store::Config config;
    config.path = folder.path / "offhook.db";
    return config;
}

UtcTime utc_now() { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }

std::string numbered(const char* format, unsigned number) {
    char text[128];
    return {text, static_cast<std::size_t>(std::snprintf(text, sizeof text, format, number))};
}

void answered(accounting::CallRecord& r, std::uint64_t number) {
    const auto n = static_cast<unsigned>(number * 2654435761U % 1000);
    r.id = r.call = (static_cast<std::uint64_t>(utc_now().time_since_epoch().count()) << 10) + number;
    r.sip_call_id = numbered("%08x-2f1c4a77@192.0.2.10", static_cast<unsigned>(number));
    r.from_tag = "1f2e3d4c5b6a";
    r.to_tag = "a6b5c4d3e2f1";
    r.from_uri = numbered("sip:u%06u@example.com", n);
    r.to_uri = r.request_uri = numbered("sip:u%06u@example.com", (n + 1) % 1000);
    r.binding = numbered("sip:u%06u@192.0.2.20:5062", (n + 1) % 1000);
    r.invited = r.ringing = r.answered = utc_now();
    r.ended = {};
    r.seconds = 0;
    r.end = accounting::CallRecord::End::none;
    r.status = 200;
    r.reason = "OK";
    r.caller_agent = r.callee_agent = "Telephone/4.2 (bench)";
    r.codecs = "PCMU";
    r.source = "192.0.2.10:5061";
    r.dialog.assign(260, 'd');  // both targets, tags and sequence numbers
}

void ended(accounting::CallRecord& r) {
    r.ended = utc_now();
    r.seconds = 1;
    r.end = accounting::CallRecord::End::caller;
    r.dialog.clear();
}

location::BindingSnapshot bindings_of(unsigned number, UtcTime now) {
    const std::string contact = numbered("sip:u%07u@192.0.2.200:49152;transport=udp;ob;x=0123456789ab", number);  // 60 octets
    const std::string call_id = numbered("%08x-77aa@192.0.2.200", number);
    location::Binding b;
    b.contact = contact;
    b.expires = now + 3600s;
    b.call_id = call_id;
    b.cseq = 2;
    b.path = "<sip:edge1.example.com;lr>";
    b.user_agent = "Telephone/4.2";
    b.flow.local = *Endpoint::parse("192.0.2.1:5060");
    b.flow.remote = *Endpoint::parse("192.0.2.200:49152");
    b.registered = now;
    return location::make_snapshot({numbered("sip:u%07u@example.com", number), {&b, 1}});
}

struct Spent {
    double user = 0, system = 0;  ///< microseconds
    static Spent of_thread() {
        rusage r{};
        ::getrusage(RUSAGE_THREAD, &r);
        return {static_cast<double>(r.ru_utime.tv_sec) * 1e6 + static_cast<double>(r.ru_utime.tv_usec),
                static_cast<double>(r.ru_stime.tv_sec) * 1e6 + static_cast<double>(r.ru_stime.tv_usec)};
    }
    double operator-(const Spent& other) const { return user - other.user + system - other.system; }
};

/// Microseconds of CPU of the thread of this name in this process.
double spent_by(std::string_view name) {
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
        std::string comm;
        std::getline(std::ifstream(task.path() / "comm"), comm);
        if (comm != name) continue;
        double nanoseconds = 0;
        std::ifstream(task.path() / "schedstat") >> nanoseconds;
        return nanoseconds / 1000;
    }
    return 0;
}

std::size_t resident() {
    std::size_t pages = 0, of_those = 0;
    std::ifstream("/proc/self/statm") >> pages >> of_those;
    return of_those * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

// Groups -----------------------------------------------------------------------------------------------------------------------

/// Half of the rows of a group are answers, the other half ends of calls that were answered 1,000 rows ago.
void groups(std::size_t only) {
    std::printf("%6s %12s %12s %12s %12s %12s\n", "rows", "CPU us/row", "user us/row", "sys us/row", "CPU us/group", "time us/group");
    for (const std::size_t rows : {1, 8, 16, 64}) {
        if (only != 0 && rows != only) continue;
        const Folder folder;
        store::TariffTable tariffs;
        auto session = store::WriteSession::open(config_in(folder), tariffs);
        if (!session) std::fprintf(stderr, "%s\n", session.error().c_str()), std::exit(1);
        std::vector<accounting::CallRecord> calls(500);
        std::uint64_t row = 0;
        const auto write_groups = [&](std::size_t count) {
            for (std::size_t g = 0; g < count; ++g) {
                bool ok = (*session)->begin().has_value();
                for (std::size_t i = 0; i < rows; ++i, ++row) {
                    auto& call = calls[row / 2 % calls.size()];
                    const bool end = row % 2 == 1 && row / 2 >= calls.size();
                    if (row % 2 == 1 && !end) continue;
                    if (end) {
                        auto& old = calls[(row / 2 + 1) % calls.size()];
                        ended(old);
                        ok = ok && (*session)->put_record(old, true, "call_ended", utc_now()).has_value();
                    } else {
                        answered(call, row);
                        ok = ok && (*session)->put_record(call, false, "call_started", utc_now()).has_value();
                    }
                }
                if (!ok || !(*session)->commit()) std::fprintf(stderr, "a group was not written\n"), std::exit(1);
            }
        };
        write_groups(2000 / rows + 1);
        const std::size_t count = std::clamp<std::size_t>(20'000 / rows, 500, 2000);
        const Spent before = Spent::of_thread();
        const auto start = Clock::now();
        write_groups(count);
        const double time = std::chrono::duration<double, std::micro>(Clock::now() - start).count();
        const Spent after = Spent::of_thread();
        const double all = after - before, n = static_cast<double>(count * rows);
        std::printf("%6zu %12.2f %12.2f %12.2f %12.1f %12.1f\n", rows, all / n, (after.user - before.user) / n, (after.system - before.system) / n,
                    all / static_cast<double>(count), time / static_cast<double>(count));
    }
}

// Charges ----------------------------------------------------------------------------------------------------------------------

/// The rows of a call, alone or with what its prepaid account asks: allowed, extended at the answer, settled.
void charge_calls(unsigned count, bool charged) {
    const Folder folder;
    {
        const auto store = store::Store::open(config_in(folder), nullptr);
        charging::Account account;
        account.name = "acme";
        account.currency = *charging::Currency::parse("EUR");
        account.prepaid = true;
        account.tariff = "retail";
        account.limits.calls_per_day = 1'000'000'000;
        const bool ok = store && (*store)->tariff_admin().import({"retail", "EUR", "UTC", false, "prefix,price_per_minute\n+49,0.02\n"}) &&
                        (*store)->account_admin().add(account) && (*store)->account_admin().credit("acme", 1'000'000'000'000, "bench", "");
        if (!ok) std::fprintf(stderr, "no account was made\n"), std::exit(1);
    }
    store::TariffTable tariffs;
    auto session = store::WriteSession::open(config_in(folder), tariffs);
    if (!session) std::fprintf(stderr, "%s\n", session.error().c_str()), std::exit(1);
    constexpr unsigned group = 16;
    std::vector<accounting::CallRecord> calls(group);
    const auto ask = [&](const accounting::CallRecord& r, bool extends) {
        store::Charge charge;
        charge.request = {r.id, r.account, "u000001@example.com", r.destination, false, "192.0.2.10", r.invited};
        charge.extends = extends;
        charge.wanted = 60s;
        const auto grant = (*session)->charge(charge, utc_now());
        return grant && grant->rule == charging::Rule::none;
    };
    const Spent before = Spent::of_thread();
    for (unsigned n = 0; n < count; n += group) {
        bool ok = (*session)->begin().has_value();
        for (unsigned i = 0; i < group; ++i) {
            answered(calls[i], n + i);
            if (charged) calls[i].account = "acme", calls[i].destination = "+4930123456";
            if (charged) ok = ok && ask(calls[i], false);
        }
        ok = ok && (*session)->commit() && (*session)->begin();
        for (auto& call : calls) {
            ok = ok && (*session)->put_record(call, false, "call_started", utc_now());
            if (charged) ok = ok && ask(call, true);
        }
        ok = ok && (*session)->commit() && (*session)->begin();
        for (auto& call : calls) {
            ended(call);
            ok = ok && (*session)->put_record(call, true, "call_ended", utc_now());
        }
        if (!ok || !(*session)->commit()) std::fprintf(stderr, "a group was not written\n"), std::exit(1);
    }
    const Spent after = Spent::of_thread();
    const double n = count;
    std::printf("%-22s %10.1f %10.1f %10.1f\n", charged ? "of a prepaid account" : "that nobody pays for", (after - before) / n,
                (after.user - before.user) / n, (after.system - before.system) / n);
}

// A server's pace --------------------------------------------------------------------------------------------------------------

/// Takes the time of each answer, as a mailbox would take the answer.
class Answers final : public runtime::Mailer {
public:
    explicit Answers(std::size_t rows) : sent(rows), waited_(rows) {}
    void post(std::uint16_t, runtime::Mail&& mail) override { take(mail.ticket, mail.ok); }
    [[nodiscard]] std::uint16_t shard_count() const override { return 1; }
    [[nodiscard]] std::uint16_t shard_of(std::string_view) const override { return 0; }
    std::vector<Clock::time_point> sent;

    double percentile(double p) {
        std::vector<float> sorted(waited_.begin(), waited_.begin() + static_cast<std::ptrdiff_t>(count_));
        std::ranges::sort(sorted);
        return sorted.empty() ? 0 : static_cast<double>(sorted[static_cast<std::size_t>(p * static_cast<double>(sorted.size() - 1))]);
    }
    std::size_t failed = 0;

private:
    void take(Ticket ticket, bool ok) {
        if (!ok) ++failed;
        if (count_ < waited_.size()) waited_[count_++] = std::chrono::duration<float, std::milli>(Clock::now() - sent[ticket.handle.slot]).count();
    }
    std::vector<float> waited_;
    std::size_t count_ = 0;
};

template <class Put>
void pace(const char* what, unsigned rate, unsigned seconds, const store::Config& config, std::size_t rows_each, Put put) {
    const std::size_t total = std::size_t{rate} * seconds;
    Answers answers(total * rows_each);
    auto opened = store::Store::open(config, &answers);
    if (!opened || !(*opened)->wait_loaded()) std::fprintf(stderr, "%s\n", opened ? "not loaded" : opened.error().c_str()), std::exit(1);
    store::Store& store = **opened;
    const Spent before = Spent::of_thread();
    const double writer_before = spent_by("offhook-writer");
    const auto start = Clock::now();
    std::size_t done = 0;
    double putting = 0;
    for (auto tick = start; done < total; tick += 1ms) {  // as a shard's turns of batch_window
        std::this_thread::sleep_until(tick);
        const auto due = std::min(total, static_cast<std::size_t>(std::chrono::duration<double>(Clock::now() - start).count() * rate) + 1);
        const Spent begin = Spent::of_thread();
        for (; done < due; ++done) put(store, done, answers);
        putting += Spent::of_thread() - begin;
    }
    store.flush();
    const double writer = spent_by("offhook-writer") - writer_before;
    const auto health = store.health().writer;
    std::printf(
        "%s %u/s, window %lld ms: writer %.1f us each, caller %.1f us each (%.1f of it putting), %.1f groups/s of %.1f rows, waited p50 "
        "%.2f p99 %.2f ms, %zu failed\n",
        what, rate, static_cast<long long>(config.commit_window.count()), writer / static_cast<double>(total),
        (Spent::of_thread() - before) / static_cast<double>(total), putting / static_cast<double>(total),
        static_cast<double>(health.groups) / std::chrono::duration<double>(Clock::now() - start).count(),
        static_cast<double>(health.committed) / static_cast<double>(health.groups), answers.percentile(0.5), answers.percentile(0.99),
        answers.failed);
}

Ticket ticket(std::size_t slot) { return {0, 0, {static_cast<std::uint32_t>(slot), 1}}; }

void calls(unsigned rate, unsigned seconds, const store::Config& config) {
    std::vector<accounting::CallRecord> open(std::max(rate, 1U));  // one second long
    pace("calls", rate, seconds, config, 2, [&](store::Store& store, std::size_t number, Answers& answers) {
        auto& call = open[number % open.size()];
        if (number >= open.size()) {
            ended(call);
            answers.sent[2 * number] = Clock::now();
            store.put(call, ticket(2 * number));
        }
        answered(call, number);
        answers.sent[2 * number + 1] = Clock::now();
        store.put(call, ticket(2 * number + 1));
    });
}

void registers(unsigned rate, unsigned seconds, const store::Config& config) {
    pace("registers", rate, seconds, config, 1, [&](store::Store& store, std::size_t number, Answers& answers) {
        answers.sent[number] = Clock::now();
        store.commit(bindings_of(static_cast<unsigned>(number * 2654435761U % 10'000), utc_now()), ticket(number));
    });
}

// Loading ----------------------------------------------------------------------------------------------------------------------

void load(unsigned count) {
    const Folder folder;
    store::Config config = config_in(folder);
    config.queue_limit = count + 1;
    if (::fork() == 0) {  // what it leaves in the heap is not to be measured
        auto store = std::move(store::Store::open(config, nullptr).value());
        store->wait_loaded();
        for (unsigned i = 0; i < count; ++i) {
            store->commit(bindings_of(i, utc_now()), Ticket{});
            if (i % 10'000 == 0) store->flush();
        }
        store->stop();
        ::_exit(0);
    }
    int status = 0;
    ::wait(&status);
    const std::size_t before = resident();
    const auto start = Clock::now();
    auto store = std::move(store::Store::open(config, nullptr).value());
    store->wait_loaded();
    const double time = std::chrono::duration<double>(Clock::now() - start).count();
    const auto last = store->find(numbered("sip:u%07u@example.com", count - 1));
    const std::size_t after = resident();
    std::printf("load: %zu addresses in %.2f s, %.0f octets of memory each; the last is %sthere; file %.0f octets each\n", store->health().addresses,
                time, static_cast<double>(after - before) / count, last ? "" : "NOT ",
                static_cast<double>(std::filesystem::file_size(config.path)) / count);
}

unsigned argument(int argc, char** argv, int index, unsigned otherwise) {
    return index < argc ? static_cast<unsigned>(std::strtoul(argv[index], nullptr, 10)) : otherwise;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view mode = argc > 1 ? argv[1] : "";
    if (mode == "group") return groups(argument(argc, argv, 2, 0)), 0;
    if (mode == "charge") {
        std::printf("%-22s %10s %10s %10s\n", "a call", "CPU us", "user us", "sys us");
        for (const bool charged : {false, true}) charge_calls(argument(argc, argv, 2, 20'000), charged);
        return 0;
    }
    if (mode == "load") return load(argument(argc, argv, 2, 1'000'000)), 0;
    if (mode == "calls" || mode == "register") {
        const Folder folder;
        store::Config config = config_in(folder);
        config.commit_window = std::chrono::milliseconds(argument(argc, argv, 4, static_cast<unsigned>(config.commit_window.count())));
        const unsigned rate = argument(argc, argv, 2, mode == "calls" ? 1000 : 3000), seconds = argument(argc, argv, 3, 10);
        mode == "calls" ? calls(rate, seconds, config) : registers(rate, seconds, config);
        return 0;
    }
    std::fprintf(stderr, "usage: store_bench group | charge [CALLS] | calls|register [PER_SECOND [SECONDS [WINDOW_MS]]] | load [BINDINGS]\n");
    return 2;
}
