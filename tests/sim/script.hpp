// What the people of one simulated call are going to do, drawn from a seed; and what each of them saw in the end.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "offhook/base/time.hpp"
#include "tests/sim/random.hpp"

namespace offhook::sim {

/// One contact of the callee: a phone that the call is forked to.
struct LegScript {
    enum class Act : std::uint8_t { answer, refuse, ring_on, dead };  ///< ring_on: gives up after five minutes; dead: nobody is at that address
    std::string user;                  ///< of the contact
    std::size_t phone = 0;             ///< which of the callees' phones
    std::uint16_t q = 1000;
    Act act = Act::answer;
    int status = 200;                  ///< for refuse
    std::optional<Duration> rings;     ///< after the INVITE; never if absent
    Duration acts{0};                  ///< after the INVITE
    std::optional<Duration> hangs_up;  ///< after the ACK
};

struct CallScript {
    std::string call_id, caller, callee;
    Duration starts{0};
    std::optional<Duration> patience;  ///< the caller cancels so long after the INVITE
    std::optional<Duration> hangs_up;  ///< the caller, after the first answer
    std::optional<Duration> updates;   ///< the caller sends an UPDATE with another Contact, after the first answer
    bool timers = false;               ///< the caller supports session timers (RFC 4028)
    bool vanishes = false;             ///< nobody ever hangs up: cables cut
    std::vector<LegScript> legs;
};

[[nodiscard]] CallScript draw_script(Random random, std::size_t index, std::size_t phones);

/// A dialog as the caller knows it.
struct CallerDialog {
    std::string tag;                   ///< of the callee
    bool bye_sent = false, bye_received = false;
    unsigned byes = 0;                 ///< received, without repetitions
};

struct CallerView {
    enum class Result : std::uint8_t { calling, answered, refused, cancelled, timed_out } result = Result::calling;
    int status = 0;                    ///< of the final failure
    bool cancel_sent = false;
    std::vector<CallerDialog> dialogs;
};

/// One INVITE at one phone of the callee.
struct LegView {
    enum class Result : std::uint8_t { invited, answered, refused, cancelled } result = Result::invited;
    std::string contact, tag;
    int status = 0;
    unsigned acks = 0;
    bool ack_missed = false, bye_sent = false, bye_received = false;
    unsigned byes = 0;
};

struct CallView {
    CallScript script;
    CallerView caller;
    std::vector<LegView> legs;
};

}  // namespace offhook::sim
