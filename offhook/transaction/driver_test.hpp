// Runs one machine in virtual time: carries out arm and cancel, writes down the instant of everything else.
#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "offhook/transaction/action.hpp"
#include "offhook/transaction/config.hpp"

namespace offhook::transaction {

template <class Machine>
struct Driver {
    using Kind = Action::Kind;
    static constexpr auto forever = std::chrono::hours(1);

    explicit Driver(bool reliable) : machine(reliable) { apply(machine.start(timers)); }

    void apply(const Actions& actions) {
        for (const Action& action : actions) {
            if (action.kind == Kind::arm) armed[action.timer] = now + action.after;
            else if (action.kind == Kind::cancel) armed.erase(action.timer);
            else log.emplace_back(action.kind, now);
        }
    }

    /// Fires what is due up to and at that instant.
    void run_until(Duration limit) {
        while (!armed.empty()) {
            auto next = armed.begin();
            for (auto it = armed.begin(); it != armed.end(); ++it)
                if (it->second < next->second) next = it;
            if (next->second > limit) break;
            const TimerName timer = next->first;
            now = next->second;
            armed.erase(next);
            apply(machine.on_timer(timers, timer));
        }
        if (limit < forever) now = limit;
    }
    void run() { run_until(forever); }

    void response(int status) { apply(machine.on_response(timers, status)); }
    void respond(int status) { apply(machine.respond(timers, status)); }

    [[nodiscard]] std::vector<Duration> instants(Kind kind) const {
        std::vector<Duration> out;
        for (const auto& [k, at] : log)
            if (k == kind) out.push_back(at);
        return out;
    }
    [[nodiscard]] std::size_t count(Kind kind) const { return instants(kind).size(); }

    TimerConfig timers;
    Machine machine;
    Duration now{};
    std::map<TimerName, Duration> armed;
    std::vector<std::pair<Kind, Duration>> log;
};

}  // namespace offhook::transaction
