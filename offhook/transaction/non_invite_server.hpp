// The non-INVITE server transaction: RFC 3261 §17.2.2 with the rules of RFC 4320.
//
// Knows states, timers and what has to happen next. Must not know sockets, clocks or the inside of messages.
// Thread rule: a plain value, one thread at a time.
//
//   trying ──100 (after 3.5 s, over streams at any time)──► proceeding ──200-699──► completed ──J──► terminated
//      ╲_______________________200-699_________________________________╱
//   proceeding, completed ──transport error──► terminated
//
// A 408 is never sent (RFC 4320 §4.2): the transaction goes to completed in silence.
#pragma once
#include <cstdint>

#include "offhook/transaction/action.hpp"
#include "offhook/transaction/config.hpp"

namespace offhook::transaction {

class NonInviteServer {
public:
    enum class State : std::uint8_t { trying, proceeding, completed, terminated };

    explicit NonInviteServer(bool reliable_transport) : reliable_(reliable_transport) {}

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] bool has_final() const { return state_ == State::completed || state_ == State::terminated; }
    [[nodiscard]] Actions start(const TimerConfig& timers);                ///< the request has just come
    [[nodiscard]] Actions respond(const TimerConfig& timers, int status);  ///< the user answers; no send_response: it is dropped
    [[nodiscard]] Actions on_retransmission() const;
    [[nodiscard]] Actions on_timer(const TimerConfig& timers, TimerName timer);
    [[nodiscard]] Actions on_transport_error();

private:
    State state_ = State::trying;
    bool reliable_;
};

}  // namespace offhook::transaction
