// One world by seed: a server, a caller's phone, two phones of callees, several calls at once; run to its end and judged.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/judge.hpp"
#include "tests/sim/phone.hpp"
#include "tests/sim/server.hpp"

namespace offhook::sim {

inline constexpr std::size_t calls_in_a_world = 20, callee_phones = 2;

struct Outcome {
    std::vector<std::string> wrong, trace;
    std::uint64_t hash = 0, sent = 0;
    std::uint64_t adopted = 0;  ///< calls in progress that the restarted server took over
    Tally tally;
};

class Simulation {
public:
    enum class Kind : std::uint8_t { undisturbed, restarted, charged };  ///< charged: on one account whose credit is short, some restarted

    Simulation(std::uint64_t seed, Kind kind, bool tracing = false);
    [[nodiscard]] Outcome run();

private:
    struct Restart : Timer {
        explicit Restart(Simulation& s) : Timer(&fire), simulation(s) {}
        static void fire(Timer& timer, Now) { static_cast<Restart&>(timer).simulation.server_.restart(); }
        Simulation& simulation;
    };

    void place_calls(Random random);
    void nothing_left(std::vector<std::string>& wrong);
    void nothing_overspent(Outcome& outcome);
    void on_arrival(const Endpoint& from, std::string_view bytes);
    void on_departure(const Endpoint& to, std::string_view bytes);
    void on_release(const message::Message& response);

    Kind kind_;
    bool restarts_ = false;
    charging::Micros deposit_ = 0;
    Links links_;
    World world_;
    Ledger ledger_;
    Observer observer_;
    std::map<std::string, WireView, std::less<>> wires_;
    std::vector<std::string> early_;  ///< finals that left before they were on record
    bool slow_ = false;               ///< the store: then some may
    Server server_;
    Phone caller_;
    Phone callees_[callee_phones];
    Restart restart_{*this};
};

[[nodiscard]] std::string lines(const std::vector<std::string>& texts);

/// OFFHOOK_SIM_SEED: run this one alone and print what happened.
[[nodiscard]] std::optional<std::uint64_t> only_seed();

}  // namespace offhook::sim
