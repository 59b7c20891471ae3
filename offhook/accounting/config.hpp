// What an operator may choose about call records, session timers and charging.
#pragma once
#include <chrono>
#include <cstddef>

#include "offhook/base/time.hpp"
#include "offhook/charging/destination.hpp"
#include "offhook/dialog/session_timer.hpp"

namespace offhook::accounting {

struct Config {
    /// An answered call without session timer that gave no sign of life for so long is closed as unconfirmed.
    Duration max_call = std::chrono::hours(4);
    /// What is asked of phones: how long a call may go on without a refresh.
    dialog::SessionTimerConfig session;
    /// An answer waits for its record at most so long (RFC 3261 §16.7: it must be forwarded).
    Duration answer_wait = std::chrono::milliseconds(100);
    /// The response to a BYE and the refusal of an INVITE wait for their record at most so long.
    Duration release_wait = std::chrono::seconds(2);
    /// A BYE whose end nobody reported is closed after so long: beyond 64*T1 and T4.
    Duration bye_limit = std::chrono::seconds(40);
    /// Further forks may answer so long after the first one (64*T1 after the CANCEL, timers L and M).
    Duration late_answers = std::chrono::seconds(40);
    /// The ACK and the like reach the record after so long, together: a short call is written twice, not thrice.
    Duration update_delay = std::chrono::seconds(5);
    /// The row of an answered call is written again each time that so long has passed, though nothing changed: its update is an interim record. 0: never.
    Duration interim{};
    /// Tables are made for so many answered calls at start.
    std::size_t expected_calls = 4096;
    /// Makes what was dialled the destination that tariffs and limits know.
    charging::DialPlan dial_plan;
    /// For so long a call is paid in advance: at the INVITE, and again and again before that runs out.
    Duration slice = std::chrono::seconds(60);
    /// A call that somebody pays for waits so long for the word that it may be made, then it gets 503.
    Duration charge_wait = std::chrono::seconds(2);
    /// Until the ACK came, or so long after the answer, the caller gets no BYE (RFC 3261 §15: 64*T1).
    Duration ack_wait = std::chrono::seconds(32);
};

}  // namespace offhook::accounting
