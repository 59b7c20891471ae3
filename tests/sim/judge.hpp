// Says whether everybody agrees on how a call ended: caller, callee, what the proxy let pass, and the record.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "offhook/accounting/record_store.hpp"
#include "tests/sim/script.hpp"

namespace offhook::sim {

/// What the wire of the server showed of one call.
struct WireView {
    bool lossless = false;                ///< the links lose nothing: then nobody has an excuse
    bool invited = false;                 ///< the INVITE arrived at the server
    std::set<int> failures;               ///< statuses of final failures that the server sent to the caller
    std::set<std::string> answers;        ///< To tags of 2xx that it sent to the caller
    struct Bye {
        UtcTime arrived;
        bool from_caller;
    };
    std::map<std::string, std::vector<Bye>> byes;  ///< To tag of the dialog → each BYE that arrived at the server, repeated ones too
};

/// How often each end came, over all calls.
struct Tally {
    unsigned answered = 0, refused = 0, cancelled = 0, timed_out = 0;
    unsigned further_answers = 0, unacknowledged = 0;
    unsigned byes_crossed = 0, answers_crossed_cancel = 0, vanished = 0;
    unsigned cut = 0, denied = 0;  ///< for want of credit: while they talked, before they could
};

/// Every disagreement, in words; nothing if all agree.
[[nodiscard]] std::vector<std::string> judge(const CallView& call, const WireView& wire, const std::vector<accounting::CallRecord>& records,
                                             Tally& tally);

/// What must hold of a call that the server forgot while it was under way: whatever anybody was told is on record, and what was
/// established is released and recorded as if nothing had happened.
[[nodiscard]] std::vector<std::string> judge_after_restart(const CallView& call, const WireView& wire,
                                                           const std::vector<accounting::CallRecord>& records);

/// What must hold of a call that somebody pays for, while there is not enough for all of them: it is made or not, and ends at the latest when
/// its credit does, with one BYE of ours to each side.
[[nodiscard]] std::vector<std::string> judge_charged(const CallView& call, const std::vector<accounting::CallRecord>& records, bool restarted,
                                                     Tally& tally);

}  // namespace offhook::sim
