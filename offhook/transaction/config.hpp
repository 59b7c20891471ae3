// RFC 3261 §17.1.1.1 and table 4: the estimates that every timer is derived from.
#pragma once
#include <chrono>

#include "offhook/base/time.hpp"

namespace offhook::transaction {

struct TimerConfig {
    Duration t1 = std::chrono::milliseconds(500);        ///< round-trip time
    Duration t2 = std::chrono::seconds(4);               ///< longest interval of non-INVITE requests and INVITE responses
    Duration t4 = std::chrono::seconds(5);               ///< longest time that a message stays in the network
    Duration d = std::chrono::seconds(32);               ///< how long failures to an INVITE are absorbed over UDP, at least 32 s
    Duration trying = std::chrono::milliseconds(200);    ///< §17.2.1: 100 if nothing was answered by then
    Duration non_invite_trying = std::chrono::milliseconds(3500);  ///< RFC 4320 §4.1: a 100 to a non-INVITE not before timer E reached T2
};

}  // namespace offhook::transaction
