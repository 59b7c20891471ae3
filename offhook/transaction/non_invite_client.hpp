// The non-INVITE client transaction: RFC 3261 §17.1.2.
//
// Knows states, timers and what has to happen next. Must not know sockets, clocks or the inside of messages.
// Thread rule: a plain value, one thread at a time.
//
//   trying ──1xx──► proceeding ──200-699──► completed ──K──► terminated
//      │  ╲____________200-699_____________╱
//      └──F or transport error──► terminated ◄──F or transport error── proceeding
#pragma once
#include <cstdint>

#include "offhook/transaction/action.hpp"
#include "offhook/transaction/config.hpp"

namespace offhook::transaction {

class NonInviteClient {
public:
    enum class State : std::uint8_t { trying, proceeding, completed, terminated };

    explicit NonInviteClient(bool reliable_transport) : reliable_(reliable_transport) {}

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] bool has_final() const { return state_ == State::completed; }
    [[nodiscard]] Actions start(const TimerConfig& timers);                   ///< the request has just been sent
    [[nodiscard]] Actions on_response(const TimerConfig& timers, int status);  ///< a matching response; status 100..699
    [[nodiscard]] Actions on_timer(const TimerConfig& timers, TimerName timer);
    [[nodiscard]] Actions on_transport_error();

private:
    State state_ = State::trying;
    bool reliable_;
    std::uint8_t resent_ = 0;  ///< times that timer E fired while trying: its interval is min(T1 * 2^resent, T2)
};

}  // namespace offhook::transaction
