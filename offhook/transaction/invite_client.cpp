#include "offhook/transaction/invite_client.hpp"

namespace offhook::transaction {

using Kind = Action::Kind;

Actions InviteClient::start(const TimerConfig& timers) {
    Actions actions{{Kind::arm, TimerName::b, 64 * timers.t1}};
    if (!reliable_) actions.push_back({Kind::arm, TimerName::a, timers.t1});
    return actions;
}

Actions InviteClient::on_response(const TimerConfig& timers, int status) {
    const bool calling = state_ == State::calling;
    const bool waiting = calling || state_ == State::proceeding;
    Actions actions;
    if (waiting && calling) actions.assign({{Kind::cancel, TimerName::a}, {Kind::cancel, TimerName::b}});
    if (waiting && status < 200) {
        state_ = State::proceeding;
        // §9.1: a CANCEL must not overtake its INVITE, so it waits for the first provisional response.
        if (calling && cancelled_) actions.insert(actions.end(), {{Kind::send_cancel}, {Kind::arm, TimerName::cancel_limit, 64 * timers.t1}});
        // A 100 says only that the next hop is alive; once that is known it is no news.
        if (calling || status > 100) actions.push_back({Kind::pass_response_up});
        return actions;
    }
    if (waiting && status < 300) {
        state_ = State::accepted;  // the 2xx is acknowledged by the user of the transaction (§13.2.2.4)
        actions.insert(actions.end(), {{Kind::cancel, TimerName::cancel_limit},
                                       {Kind::forget},
                                       {Kind::arm, TimerName::m, 64 * timers.t1},
                                       {Kind::pass_response_up}});
        return actions;
    }
    if (waiting) {
        state_ = State::completed;
        actions.insert(actions.end(), {{Kind::cancel, TimerName::cancel_limit},
                                       {Kind::send_ack},
                                       {Kind::arm, TimerName::d, reliable_ ? Duration{0} : timers.d},
                                       {Kind::pass_response_up}});
        return actions;
    }
    if (state_ == State::completed && status >= 300) return {{Kind::send_ack}};
    if (state_ == State::accepted && status / 100 == 2) return {{Kind::pass_response_up}};  // another fork answered, or it was sent again
    return {};
}

Actions InviteClient::on_timer(const TimerConfig& timers, TimerName timer) {
    switch (timer) {
        case TimerName::a:
            if (state_ != State::calling) return {};
            ++resent_;
            return {{Kind::resend_request}, {Kind::arm, TimerName::a, timers.t1 * (std::int64_t{1} << resent_)}};
        case TimerName::b:
            if (state_ != State::calling) return {};
            state_ = State::terminated;
            return {{Kind::cancel, TimerName::a}, {Kind::report_timeout}};
        case TimerName::cancel_limit:
            if (state_ != State::proceeding) return {};
            state_ = State::terminated;
            return {{Kind::report_timeout}};
        case TimerName::d:
        case TimerName::m:
            state_ = State::terminated;
            return {};
        default: return {};
    }
}

Actions InviteClient::on_cancel(const TimerConfig& timers) {
    if (cancelled_ || (state_ != State::calling && state_ != State::proceeding)) return {};
    cancelled_ = true;
    if (state_ == State::calling) return {};
    return {{Kind::send_cancel}, {Kind::arm, TimerName::cancel_limit, 64 * timers.t1}};
}

// RFC 6026 figure 5: in calling and completed the user is told and the transaction ends; a 1xx or a 2xx has shown that the request
// arrived, and what failed to leave afterwards is not this transaction's to report.
Actions InviteClient::on_transport_error() {
    if (state_ != State::calling && state_ != State::completed) return {};
    const bool calling = state_ == State::calling;
    state_ = State::terminated;
    if (calling) return {{Kind::cancel, TimerName::a}, {Kind::cancel, TimerName::b}, {Kind::report_transport_error}};
    return {{Kind::cancel, TimerName::d}, {Kind::report_transport_error}};
}

}  // namespace offhook::transaction
