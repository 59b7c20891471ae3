#include "offhook/transaction/non_invite_server.hpp"

namespace offhook::transaction {

using Kind = Action::Kind;

Actions NonInviteServer::start(const TimerConfig& timers) { return {{Kind::arm, TimerName::trying, timers.non_invite_trying}}; }

Actions NonInviteServer::respond(const TimerConfig& timers, int status) {
    if (has_final()) return {};
    if (status < 200) {
        // RFC 4320 §4.1: nothing provisional but a 100, and over UDP not before the client's timer E has reached T2: until then it
        // would only make the client slower to send again. The machine's own 100 leaves at that instant.
        if (status != 100 || (!reliable_ && state_ == State::trying)) return {};
        state_ = State::proceeding;
        return {{Kind::cancel, TimerName::trying}, {Kind::send_response}};
    }
    state_ = State::completed;
    Actions actions{{Kind::cancel, TimerName::trying}};
    if (status == 408) actions.push_back({Kind::forget});
    else actions.push_back({Kind::send_response});
    actions.push_back({Kind::arm, TimerName::j, reliable_ ? Duration{0} : 64 * timers.t1});
    return actions;
}

Actions NonInviteServer::on_retransmission() const {
    if (state_ != State::proceeding && state_ != State::completed) return {};
    return {{Kind::resend_response}};
}

Actions NonInviteServer::on_timer(const TimerConfig&, TimerName timer) {
    if (timer == TimerName::trying && state_ == State::trying) {
        state_ = State::proceeding;
        return {{Kind::send_trying}};
    }
    if (timer == TimerName::j) state_ = State::terminated;
    return {};
}

// Figure 8. In trying nothing was sent, so nothing can have failed.
Actions NonInviteServer::on_transport_error() {
    if (state_ != State::proceeding && state_ != State::completed) return {};
    const bool completed = state_ == State::completed;
    state_ = State::terminated;
    if (!completed) return {};
    return {{Kind::cancel, TimerName::j}};
}

}  // namespace offhook::transaction
