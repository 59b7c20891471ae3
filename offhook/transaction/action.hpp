// What a transaction's machine wants done: the vocabulary that the four machines share. The layer carries the actions out in order.
//
// Knows names only. Must not know sockets, clocks, users or bytes. RFC 3261 table 4 lists the timers.
#pragma once
#include <boost/container/static_vector.hpp>
#include <cstdint>

#include "offhook/base/time.hpp"

namespace offhook::transaction {

enum class TimerName : std::uint8_t {
    a, b, d, m, cancel_limit,  ///< INVITE client; cancel_limit: §9.1, 64*T1 after a CANCEL
    e, f, k,                   ///< non-INVITE client
    g, h, i, l, trying,        ///< INVITE server; trying: §17.2.1, of both servers
    j,                         ///< non-INVITE server
};

struct Action {
    enum class Kind : std::uint8_t {
        arm, cancel,
        // client
        resend_request, send_ack, send_cancel, pass_response_up, report_timeout, report_transport_error,
        // server
        send_response,    ///< the one that the user just gave; kept for retransmissions until forget
        resend_response,  ///< the last one sent, if there was one
        send_trying,      ///< a 100 of our own
        pass_ack_up,
        // both
        forget,           ///< the bytes kept for retransmission are not needed any more
    };
    Kind kind;
    TimerName timer{};  ///< for arm and cancel
    Duration after{};   ///< for arm: from the instant of the event
};
using Actions = boost::container::static_vector<Action, 8>;

}  // namespace offhook::transaction
