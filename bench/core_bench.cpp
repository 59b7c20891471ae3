// What the steps around a message cost: its transaction's key, a step of a machine, a timer armed and cancelled, a look-up of an address of
// record, a call rated, credentials verified; and a whole call and a REGISTER through the core of offhookd; beside the least that any program
// does with an INVITE (`floor`), as in message_bench.
//
// Names are STEP/OF-WHAT; one iteration is one step; `allocations` is the number for each on the warm path. Where others take part in an
// iteration, `ns` is what the server itself took.
#include <benchmark/benchmark.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "offhook/base/allocation_count_test.hpp"
#include "offhook/auth/digest.hpp"
#include "offhook/base/timer_wheel.hpp"
#include "offhook/charging/rating.hpp"
#include "offhook/message/digest.hpp"
#include "offhook/message/message.hpp"
#include "offhook/store/binding_table.hpp"
#include "offhook/transaction/invite_client.hpp"
#include "offhook/transaction/invite_server.hpp"
#include "offhook/transaction/key.hpp"
#include "offhook/transaction/non_invite_client.hpp"
#include "offhook/transaction/non_invite_server.hpp"
#include "tests/warm/rig.hpp"

namespace offhook::bench {
namespace {

using namespace std::chrono_literals;
using message::HeaderId;

constexpr std::size_t many = 100'000;

std::string invite() {
    std::ifstream file(std::filesystem::path(OFFHOOK_SOURCE_DIR) / "tests/conformance/data/rfc3665/3.2-F04-invite-alice-proxy-1.dat",
                       std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Runs one step until the time is up, and counts what it allocates.
template <class Step>
void measure(benchmark::State& state, Step step) {
    for (int i = 0; i < 1000; ++i) step();  // warms
    const std::uint64_t before = test::allocations();
    for (auto _ : state) step();
    state.counters["allocations"] = static_cast<double>(test::allocations() - before) / static_cast<double>(state.iterations());
}

void floor_of_invite(benchmark::State& state) {
    const std::string bytes = invite();
    std::string out(bytes.size(), ' ');
    if (bytes.empty()) return state.SkipWithError("there is no INVITE");
    measure(state, [&] {
        std::memcpy(out.data(), bytes.data(), bytes.size());
        std::size_t lines = 0;
        for (const char *at = bytes.data(), *end = at + bytes.size(); at < end; ++lines) {
            const void* newline = std::memchr(at, '\n', static_cast<std::size_t>(end - at));
            if (newline == nullptr) break;
            at = static_cast<const char*>(newline) + 1;
        }
        benchmark::DoNotOptimize(lines);
        benchmark::DoNotOptimize(out.data());
        benchmark::ClobberMemory();
    });
}

void key(benchmark::State& state) {
    const std::string bytes = invite();
    message::Message message;
    if (!message.index(bytes)) return state.SkipWithError("the INVITE does not parse");
    const SipKey salt{1, 2};
    measure(state, [&] {
        const auto parts = transaction::key_parts(message);
        benchmark::DoNotOptimize(transaction::key_of(salt, *parts));
    });
}

/// One event of a machine, averaged over its life in a call that succeeds.
template <class Machine, class Life>
void machine(benchmark::State& state, std::size_t events, Life life) {
    measure(state, [&] {
        Machine m(false);
        benchmark::DoNotOptimize(m);
        life(m);
        benchmark::DoNotOptimize(m);
    });
    state.counters["steps"] = static_cast<double>(events);
}

const transaction::TimerConfig timers;

void invite_server(benchmark::State& state) {
    machine<transaction::InviteServer>(state, 5, [](auto& m) {
        benchmark::DoNotOptimize(m.start(timers));
        benchmark::DoNotOptimize(m.respond(timers, 180));
        benchmark::DoNotOptimize(m.respond(timers, 200));
        benchmark::DoNotOptimize(m.on_retransmission());
        benchmark::DoNotOptimize(m.on_timer(timers, transaction::TimerName::l));
    });
}

void invite_client(benchmark::State& state) {
    machine<transaction::InviteClient>(state, 5, [](auto& m) {
        benchmark::DoNotOptimize(m.start(timers));
        benchmark::DoNotOptimize(m.on_response(timers, 100));
        benchmark::DoNotOptimize(m.on_response(timers, 180));
        benchmark::DoNotOptimize(m.on_response(timers, 200));
        benchmark::DoNotOptimize(m.on_timer(timers, transaction::TimerName::m));
    });
}

void non_invite(benchmark::State& state) {
    measure(state, [] {
        transaction::NonInviteClient client(false);
        transaction::NonInviteServer server(false);
        benchmark::DoNotOptimize(server.start(timers));
        benchmark::DoNotOptimize(client.start(timers));
        benchmark::DoNotOptimize(server.respond(timers, 200));
        benchmark::DoNotOptimize(client.on_response(timers, 200));
        benchmark::DoNotOptimize(server.on_timer(timers, transaction::TimerName::j));
        benchmark::DoNotOptimize(client.on_timer(timers, transaction::TimerName::k));
    });
    state.counters["steps"] = 6;
}

/// A timer armed, and an older one cancelled, while 100,000 others wait: what a transaction that ends as it should does to the wheel.
void timer_churn(benchmark::State& state) {
    TimerWheel wheel(Instant{});
    const auto nothing = [](Timer&, Now) {};
    std::vector<std::unique_ptr<Timer>> waiting;
    std::mt19937_64 random(1);
    std::vector<std::uint32_t> order(many);
    for (std::size_t i = 0; i < many; ++i) {
        order[i] = static_cast<std::uint32_t>(random() % many);
        waiting.push_back(std::make_unique<Timer>(nothing));
        wheel.arm(*waiting.back(), Instant(Duration(random() % 32'000'000)));
    }
    std::size_t next = 0;
    measure(state, [&] {
        Timer& timer = *waiting[order[next]];
        timer.cancel();
        wheel.arm(timer, Instant(Duration(500'000 + next * 300)));
        next = (next + 1) % many;
    });
}

void look_up(benchmark::State& state) {
    store::BindingTable table;
    std::vector<std::string> addresses;
    for (std::size_t i = 0; i < many; ++i) {
        addresses.push_back("u" + std::to_string(1'000'000 + i) + "@example.com");
        location::Binding binding;
        binding.contact = "sip:u@192.0.2.7:5060";
        table.publish(location::make_snapshot({addresses.back(), {&binding, 1}}));
    }
    std::ranges::shuffle(addresses, std::mt19937_64(1));
    std::size_t next = 0;
    bool found = true;
    measure(state, [&] {
        found = table.find(addresses[next]) != nullptr && found;
        next = (next + 1) % many;
    });
    if (!found) state.SkipWithError("an address is missing");
}

/// A minute to a destination of one of many prefixes of 4 to 9 octets, by turns that no cache foresees.
void rate(benchmark::State& state) {
    std::mt19937_64 random(1);
    std::vector<charging::Row> rows;
    std::vector<std::string> destinations;
    for (std::size_t i = 0; i < many; ++i) {
        std::string prefix = "+" + std::to_string(10'000'000 + i * 899);
        prefix.resize(4 + (i % 10 == 0 ? random() % 5 : 5));
        charging::Row& row = rows.emplace_back();
        row.prefix = prefix;
        row.price_per_minute = 90'000;
        row.valid_from = UtcTime(std::chrono::seconds(i));  // what was cut to the same prefix still differs
        row.first_increment = 60;
        destinations.push_back(prefix + "1234567");
    }
    const auto tariff = charging::Tariff::make({}, std::move(rows));
    if (!tariff) return state.SkipWithError("the tariff is refused");
    std::ranges::shuffle(destinations, random);
    const UtcTime answered(std::chrono::seconds(1'800'000'000));
    std::size_t next = 0;
    bool priced = true;
    measure(state, [&] {
        const auto charge = charging::rate(*tariff, {.destination = destinations[next], .answered = answered, .duration = 61s});
        priced = charge && charge->price.micros == 91'500 && priced;
        next = (next + 1) % many;
    });
    if (!priced) state.SkipWithError("a price is wrong");
}

class OneUser final : public auth::UserDirectory {
public:
    OneUser() {
        auth::Hasher hasher;
        auth::User user{"alice", "example.com", "example.com", {}, true};
        for (const auto algorithm : {auth::Algorithm::md5, auth::Algorithm::sha256, auth::Algorithm::sha512_256})
            user.ha1[auth::index_of(algorithm)] = auth::hash_password(hasher, algorithm, user.name, user.domain, user.realm, "secret");
        user_ = std::make_shared<const auth::User>(std::move(user));
    }
    [[nodiscard]] auth::UserSnapshot find(std::string_view, std::string_view name) const override { return name == "alice" ? user_ : nullptr; }
    [[nodiscard]] std::array<bool, auth::algorithm_count> offered(std::string_view) const override { return {true, true, true}; }
    [[nodiscard]] bool loaded() const override { return true; }

private:
    auth::UserSnapshot user_;
};

/// REGISTER with credentials for the challenge that the authenticator gave.
std::string answered(std::string_view lines, auth::Algorithm algorithm) {
    const std::string refusal = "SIP/2.0 401 Unauthorized\r\n" + std::string(lines) + "Content-Length: 0\r\n\r\n";
    message::Message message;
    if (!message.index(refusal)) return {};
    const auto challenge = message::parse_digest_challenge(message.value(HeaderId::www_authenticate));
    if (!challenge) return {};
    auth::Hasher hasher;
    auth::HexDigest hex;
    const std::string ha1 = auth::ha1(hasher, algorithm, "alice", "example.com", "secret"), nonce(challenge->nonce);
    const auto response =
        auth::digest_response(hasher, {algorithm, ha1, "REGISTER", "sip:example.com", nonce, "auth", "00000001", "0a4f113b", {}}, hex);
    return "REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bKone\r\nMax-Forwards: 70\r\nFrom: "
           "<sip:alice@example.com>;tag=1\r\nTo: <sip:alice@example.com>\r\nCall-ID: c1\r\nCSeq: 2 REGISTER\r\nAuthorization: Digest "
           "username=\"alice\", "
           "realm=\"example.com\", nonce=\"" +
           nonce + "\", uri=\"sip:example.com\", response=\"" + std::string(response) + "\", algorithm=" + std::string(auth::name_of(algorithm)) +
           ", qop=auth, nc=00000001, cnonce=\"0a4f113b\"\r\nContact: <sip:alice@192.0.2.7>\r\nContent-Length: 0\r\n\r\n";
}

void digest(benchmark::State& state, auth::Algorithm algorithm) {
    const Now now{Instant(1s), UtcTime(std::chrono::seconds(1'800'000'000))};
    auto config = std::make_shared<auth::Config>();
    config->domains = {"example.com"};
    config->realm = "example.com";
    config->algorithms = {algorithm};
    const OneUser users;
    auth::NonceLedger ledger(SipKey{3, 4}, {}, now.utc - 10s);
    auth::DigestAuthenticator digest(config, users, ledger, auth::NonceKey{}, SipKey{5, 6}, 0);
    std::string lines;
    digest.append_challenges(lines, "example.com", false, false, now);
    const std::string bytes = answered(lines, algorithm);
    message::Message request;
    if (!request.index(bytes)) return state.SkipWithError("the request does not parse");
    bool fine = true;
    measure(state, [&] {
        const auto verdict = digest.verify(request, "example.com", false, {}, now);
        fine = verdict && std::holds_alternative<auth::Identity>(*verdict) && fine;
    });
    if (!fine) state.SkipWithError("the right password was refused");
}

/// What passes through the whole core: the phones' own work is left out.
void through_core(benchmark::State& state, warm::Spent (warm::Rig::*step)()) {
    static const auto rig = [] {
        auto made = std::make_unique<warm::Rig>(test::allocations);
        for (int i = 0; i < 40'000; ++i) made->refresh();  // until as many transactions end as begin
        for (int i = 0; i < 4'000; ++i) made->call();
        return made;
    }();
    warm::Spent all;
    for (auto _ : state) {
        const warm::Spent one = (*rig.*step)();
        all.time += one.time;
        all.allocations += one.allocations;
    }
    state.counters["ns"] = static_cast<double>(all.time.count()) / static_cast<double>(state.iterations());
    state.counters["allocations"] = static_cast<double>(all.allocations) / static_cast<double>(state.iterations());
}

}  // namespace
}  // namespace offhook::bench

int main(int argc, char** argv) {
    using namespace offhook;
    using namespace offhook::bench;
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::AddCustomContext("compiler", OFFHOOK_COMPILER);
    benchmark::AddCustomContext("flags", OFFHOOK_FLAGS);
    benchmark::RegisterBenchmark("floor/invite", floor_of_invite);
    benchmark::RegisterBenchmark("key/invite", key);
    benchmark::RegisterBenchmark("machine/invite-server", invite_server);
    benchmark::RegisterBenchmark("machine/invite-client", invite_client);
    benchmark::RegisterBenchmark("machine/non-invite", non_invite);
    benchmark::RegisterBenchmark("timer/churn", timer_churn);
    benchmark::RegisterBenchmark("location/look-up", look_up);
    benchmark::RegisterBenchmark("charging/rate", rate);
    benchmark::RegisterBenchmark("digest/md5", [](benchmark::State& state) { digest(state, auth::Algorithm::md5); });
    benchmark::RegisterBenchmark("digest/sha-256", [](benchmark::State& state) { digest(state, auth::Algorithm::sha256); });
    benchmark::RegisterBenchmark("core/call", [](benchmark::State& state) { through_core(state, &warm::Rig::call); });
    benchmark::RegisterBenchmark("core/register", [](benchmark::State& state) { through_core(state, &warm::Rig::refresh); });
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
}
