// The INVITE client transaction: RFC 3261 §17.1.1 with the Accepted state of RFC 6026 §7.2 and the cancelling of §9.1.
//
// Knows states, timers and what has to happen next. Must not know sockets, clocks or the inside of messages: the caller says what
// came in, and carries out the actions. Thread rule: a plain value, one thread at a time.
//
//   calling ──1xx──► proceeding ──2xx──► accepted ──M──► terminated
//      │  ╲                │ ╲___300-699___
//      │   ╲__2xx__► accepted              ╲
//      │    ╲__300-699____________________► completed ──D or transport error──► terminated
//      └──B or transport error──► terminated
//                          └──64*T1 after the CANCEL──► terminated
#pragma once
#include <cstdint>

#include "offhook/transaction/action.hpp"
#include "offhook/transaction/config.hpp"

namespace offhook::transaction {

class InviteClient {
public:
    enum class State : std::uint8_t { calling, proceeding, completed, accepted, terminated };

    explicit InviteClient(bool reliable_transport) : reliable_(reliable_transport) {}

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] bool has_final() const { return state_ == State::completed || state_ == State::accepted; }
    [[nodiscard]] Actions start(const TimerConfig& timers);                   ///< the INVITE has just been sent
    [[nodiscard]] Actions on_response(const TimerConfig& timers, int status);  ///< a matching response; status 100..699
    [[nodiscard]] Actions on_timer(const TimerConfig& timers, TimerName timer);
    [[nodiscard]] Actions on_cancel(const TimerConfig& timers);               ///< the user wants it cancelled
    [[nodiscard]] Actions on_transport_error();

private:
    State state_ = State::calling;
    bool reliable_ : 1;
    bool cancelled_ : 1 = false;
    std::uint8_t resent_ = 0;  ///< times that timer A fired: its interval is T1 * 2^resent, without a cap (§17.1.1.2)
};

}  // namespace offhook::transaction
