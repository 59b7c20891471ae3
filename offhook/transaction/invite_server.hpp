// The INVITE server transaction: RFC 3261 §17.2.1 with the Accepted state of RFC 6026 §7.1.
//
// Knows states, timers and what has to happen next. Must not know sockets, clocks or the inside of messages: the caller says what
// came in or what the user answers, and carries out the actions. Thread rule: a plain value, one thread at a time.
//
//   proceeding ──2xx──► accepted ──L──► terminated
//       │  (100 after 200 ms if the user was silent)
//       └──300-699──► completed ──ACK──► confirmed ──I──► terminated
//                         └──H──► terminated
//
// No transport error ends it: the INVITE's retransmissions must still be absorbed (RFC 6026 §7.1).
#pragma once
#include <cstdint>

#include "offhook/transaction/action.hpp"
#include "offhook/transaction/config.hpp"

namespace offhook::transaction {

class InviteServer {
public:
    enum class State : std::uint8_t { proceeding, completed, confirmed, accepted, terminated };

    explicit InviteServer(bool reliable_transport) : reliable_(reliable_transport) {}

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] bool has_final() const { return state_ != State::proceeding; }
    [[nodiscard]] Actions start(const TimerConfig& timers);                ///< the INVITE has just come
    [[nodiscard]] Actions respond(const TimerConfig& timers, int status);  ///< the user answers; no send_response: it is dropped
    [[nodiscard]] Actions on_retransmission() const;
    [[nodiscard]] Actions on_ack(const TimerConfig& timers);
    [[nodiscard]] Actions on_timer(const TimerConfig& timers, TimerName timer);

private:
    State state_ = State::proceeding;
    bool reliable_;
    std::uint8_t resent_ = 0;  ///< times that timer G fired: its interval is min(T1 * 2^resent, T2)
};

}  // namespace offhook::transaction
