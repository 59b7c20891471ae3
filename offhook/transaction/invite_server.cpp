#include "offhook/transaction/invite_server.hpp"

#include <algorithm>

namespace offhook::transaction {

using Kind = Action::Kind;

Actions InviteServer::start(const TimerConfig& timers) { return {{Kind::arm, TimerName::trying, timers.trying}}; }

Actions InviteServer::respond(const TimerConfig& timers, int status) {
    // RFC 6026 §7.1: in Accepted every further 2xx of the user's goes out, sent again or another fork's.
    if (state_ == State::accepted && status / 100 == 2) return {{Kind::send_response}, {Kind::forget}};
    if (state_ != State::proceeding) return {};
    if (status < 200) return {{Kind::cancel, TimerName::trying}, {Kind::send_response}};
    if (status < 300) {
        state_ = State::accepted;
        // The machine never resends a 2xx by itself, so it needs none.
        return {{Kind::cancel, TimerName::trying}, {Kind::send_response}, {Kind::forget}, {Kind::arm, TimerName::l, 64 * timers.t1}};
    }
    state_ = State::completed;
    Actions actions{{Kind::cancel, TimerName::trying}, {Kind::send_response}, {Kind::arm, TimerName::h, 64 * timers.t1}};
    if (!reliable_) actions.push_back({Kind::arm, TimerName::g, timers.t1});
    return actions;
}

Actions InviteServer::on_retransmission() const {
    if (state_ != State::proceeding && state_ != State::completed) return {};
    return {{Kind::resend_response}};
}

Actions InviteServer::on_ack(const TimerConfig& timers) {
    if (state_ == State::accepted) return {{Kind::pass_ack_up}};
    if (state_ != State::completed) return {};
    state_ = State::confirmed;
    return {{Kind::cancel, TimerName::g},
            {Kind::cancel, TimerName::h},
            {Kind::forget},
            {Kind::arm, TimerName::i, reliable_ ? Duration{0} : timers.t4}};
}

Actions InviteServer::on_timer(const TimerConfig& timers, TimerName timer) {
    switch (timer) {
        case TimerName::trying:
            if (state_ != State::proceeding) return {};
            return {{Kind::send_trying}};
        case TimerName::g: {
            if (state_ != State::completed) return {};
            if (resent_ < 16) ++resent_;
            const Duration doubled = timers.t1 * (std::int64_t{1} << resent_);
            return {{Kind::resend_response}, {Kind::arm, TimerName::g, std::min(doubled, timers.t2)}};
        }
        case TimerName::h:
            if (state_ != State::completed) return {};
            state_ = State::terminated;
            return {{Kind::cancel, TimerName::g}};
        case TimerName::i:
        case TimerName::l:
            state_ = State::terminated;
            return {};
        default: return {};
    }
}

}  // namespace offhook::transaction
