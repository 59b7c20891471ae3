// What an operator may choose about call records and session timers.
#pragma once
#include <chrono>
#include <cstddef>

#include "offhook/base/time.hpp"
#include "offhook/dialog/session_timer.hpp"

namespace offhook::accounting {

struct Config {
    Duration max_call = std::chrono::hours(4);               ///< an answered call without session timer that gave no sign of life for so long is closed as unconfirmed
    dialog::SessionTimerConfig session;                      ///< what is asked of phones: how long a call may go on without a refresh
    Duration answer_wait = std::chrono::milliseconds(100);   ///< an answer waits for its record at most so long (RFC 3261 §16.7: it must be forwarded)
    Duration release_wait = std::chrono::seconds(2);         ///< the response to a BYE and the refusal of an INVITE wait for their record at most so long
    Duration bye_limit = std::chrono::seconds(40);           ///< a BYE whose end nobody reported is closed after so long: beyond 64*T1 and T4
    Duration late_answers = std::chrono::seconds(40);        ///< further forks may answer so long after the first (64*T1 of CANCEL, timers L and M)
    Duration update_delay = std::chrono::seconds(5);         ///< the ACK and such reach the record after so long, together: short calls are written twice, not thrice
    std::size_t expected_calls = 4096;                       ///< tables are made for so many answered calls at start
};

}  // namespace offhook::accounting
