#include "offhook/transport/admission.hpp"

#include <algorithm>

#include "offhook/message/via_parameters.hpp"

namespace offhook::transport {

namespace {

constexpr int calm_intervals = 2;
constexpr unsigned enough = 4;             ///< so often in a row: two pauses of a busy machine are no queue
constexpr Duration period{500'000};        ///< of the feedback
constexpr std::uint32_t validity_ms = 1'000;  ///< of a value: over one period, since it reaches a peer with the next response only

constexpr std::array<unsigned, Admission::kinds> halves_of_limit{2, 2, 2, 3, 4, 8};

}  // namespace

void Admission::note(Duration waited, Now now) {
    waited_ = waited;
    const bool above = config_.limit.count() > 0 && waited > config_.limit;
    if (above) {
        if (!above_) {
            above_since_ = now.steady;
            above_count_ = 0;
        }
        last_above_ = now.steady;
        ++above_count_;
        if (!overloaded_ && above_count_ >= enough && now.steady - above_since_ >= config_.interval) {
            overloaded_ = true;
            offered_ = left_out_ = 0;
            period_began_ = now.steady;
        }
    } else if (overloaded_ && now.steady - last_above_ >= calm_intervals * config_.interval) {
        overloaded_ = false;
    }
    above_ = above;
}

bool Admission::admit(Kind kind, Now now) {
    if (!overloaded_) return true;
    roll(now);
    ++offered_;
    const auto index = static_cast<std::size_t>(kind);
    if (config_.limit.count() == 0 || waited_ * 2 <= config_.limit * halves_of_limit[index]) return true;
    ++left_out_;
    ++refused_[index];
    return false;
}

std::string_view Admission::feedback(Now now) {
    roll(now);
    return feedback_;
}

// RFC 7339 §5.3 leaves the value to the server. A peer that leaves out what it is asked to sends only the rest: of that rest the share
// that had to be refused still is left out in addition, but half of it only once there is a value, since what is counted was partly sent
// before that value arrived. Without a refusal the value falls by a quarter each period.
void Admission::roll(Now now) {
    if (now.steady - period_began_ < period) return;
    const std::uint64_t share = offered_ == 0 ? 0 : (left_out_ * 100 + offered_ - 1) / offered_;
    if (now.steady - period_began_ >= 4 * period)
        loss_ = 0;  // nobody has asked for long
    else if (share != 0)
        loss_ = static_cast<unsigned>(std::min<std::uint64_t>(99, loss_ + (100 - loss_) * share / (loss_ == 0 ? 100 : 200)));
    else
        loss_ = loss_ * 3 / 4;
    offered_ = left_out_ = 0;
    period_began_ = now.steady;
    // §4.4: a larger number than every one before, after a restart too.
    const auto clock = static_cast<std::uint64_t>(std::max<std::int64_t>(0, now.utc.time_since_epoch().count() / 10));
    sequence_ = std::max(sequence_ + 1, clock);
    render();
}

// §5.1, §5.7: where nothing is to be left out, oc=0 with oc-validity=0.
void Admission::render() {
    feedback_.clear();
    message::append_overload(feedback_, {.supported = true, .value = loss_, .algorithms = "loss", .validity = loss_ == 0 ? 0 : validity_ms, .sequence = sequence_});
}

}  // namespace offhook::transport
