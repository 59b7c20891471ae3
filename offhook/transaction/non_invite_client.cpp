#include "offhook/transaction/non_invite_client.hpp"

#include <algorithm>

namespace offhook::transaction {

using Kind = Action::Kind;

Actions NonInviteClient::start(const TimerConfig& timers) {
    Actions actions{{Kind::arm, TimerName::f, 64 * timers.t1}};
    if (!reliable_) actions.push_back({Kind::arm, TimerName::e, timers.t1});
    return actions;
}

Actions NonInviteClient::on_response(const TimerConfig& timers, int status) {
    if (state_ != State::trying && state_ != State::proceeding) return {};
    if (status < 200) {
        // Timer E keeps its instant; only what it is set to afterwards changes (§17.1.2.2). A further 100 is no news.
        const bool news = state_ == State::trying || status > 100;
        state_ = State::proceeding;
        if (!news) return {};
        return {{Kind::pass_response_up}};
    }
    state_ = State::completed;
    return {{Kind::cancel, TimerName::e},
            {Kind::cancel, TimerName::f},
            {Kind::forget},
            {Kind::arm, TimerName::k, reliable_ ? Duration{0} : timers.t4},
            {Kind::pass_response_up}};
}

Actions NonInviteClient::on_timer(const TimerConfig& timers, TimerName timer) {
    const bool waiting = state_ == State::trying || state_ == State::proceeding;
    switch (timer) {
        case TimerName::e: {
            if (!waiting) return {};
            if (resent_ < 16) ++resent_;
            // §17.1.2.2: MIN(2*T1, T2) and so on while trying, T2 while proceeding.
            const Duration doubled = timers.t1 * (std::int64_t{1} << resent_);
            return {{Kind::resend_request}, {Kind::arm, TimerName::e, state_ == State::proceeding ? timers.t2 : std::min(doubled, timers.t2)}};
        }
        case TimerName::f:
            if (!waiting) return {};
            state_ = State::terminated;
            return {{Kind::cancel, TimerName::e}, {Kind::report_timeout}};
        case TimerName::k:
            state_ = State::terminated;
            return {};
        default: return {};
    }
}

Actions NonInviteClient::on_transport_error() {
    if (state_ != State::trying && state_ != State::proceeding) return {};
    state_ = State::terminated;
    return {{Kind::cancel, TimerName::e}, {Kind::cancel, TimerName::f}, {Kind::report_transport_error}};
}

}  // namespace offhook::transaction
