#include "offhook/charging/rating.hpp"

#include <algorithm>
#include <optional>

namespace offhook::charging {
namespace {

using std::chrono::seconds;

constexpr std::int64_t sixtieths = 60;

/// Stretches of a call with one row each, in order, from the end of the free seconds up to a horizon.
class Course {
public:
    Course(const Tariff& tariff, const Call& call, Duration horizon)
        : tariff_(tariff), call_(call), horizon_(horizon), place_(tariff.longest_prefix(call.destination)), choice_(choose(Duration{})) {
        opening_ = choice_.row;
        if (opening_ == nullptr) return;
        row_ = opening_;
        move_to(free());
    }

    [[nodiscard]] const Row* opening() const { return opening_; }  ///< null: the call has no price
    [[nodiscard]] Duration free() const { return std::min<Duration>(seconds(opening_->free_seconds), horizon_); }

    /// The row, from, to and opens of the next stretch; nothing at the horizon.
    [[nodiscard]] std::optional<Step> next() {
        if (at_ >= horizon_) return std::nullopt;
        Step step{.row = row_, .from = at_, .opens = !begun_};
        begun_ = true;
        while (at_ < horizon_ && row_ == step.row) move_to(end_of_choice());
        step.to = at_;
        return step;
    }

private:
    [[nodiscard]] Tariff::Choice choose(Duration at) const { return tariff_.choose(place_, call_.group, call_.answered + at); }
    [[nodiscard]] Duration end_of_choice() const {
        // Compared as instants: the distance to the end of time does not fit.
        return choice_.until >= call_.answered + horizon_ ? horizon_ : choice_.until - call_.answered;
    }
    void move_to(Duration at) {
        at_ = at;
        if (choice_.until <= call_.answered + at && at < horizon_) choice_ = choose(at);
        if (choice_.row != nullptr) row_ = choice_.row;
    }

    const Tariff& tariff_;
    const Call& call_;
    Duration horizon_, at_{};
    std::uint32_t place_;
    Tariff::Choice choice_;
    const Row* opening_ = nullptr;
    const Row* row_ = nullptr;
    bool begun_ = false;
};

std::int64_t first_length(const Step& step) { return step.opens ? step.row->first_increment : step.row->increment; }

/// How many increments begin in a stretch.
std::int64_t increments_of(const Step& step) {
    const Duration beyond_first = step.to - step.from - seconds(first_length(step));
    const Duration increment = seconds(step.row->increment);
    return 1 + (beyond_first <= Duration{} ? 0 : (beyond_first + increment - Duration(1)) / increment);
}

seconds length_of(const Step& step, std::int64_t increments) { return seconds(first_length(step) + (increments - 1) * step.row->increment); }

/// Fills in what a stretch costs and adds it to the sum; false if that does not fit.
bool charge(Step& step, std::int64_t& sum) {
    const std::int64_t count = increments_of(step);
    step.increments = static_cast<std::uint64_t>(count);
    step.charged = length_of(step, count);
    return !__builtin_mul_overflow(step.charged.count(), step.row->price_per_minute, &step.sixtieths) &&
           !__builtin_add_overflow(sum, step.sixtieths, &sum);
}

bool is_free(const Tariff& tariff, const Call& call) { return call.on_net && tariff.settings().free_on_net; }

/// Rates a call and reports each of its stretches.
template <class Take>
std::expected<Charge, RatingError> charge_call(const Tariff& tariff, const Call& call, Take take) {
    if (call.duration < Duration{} || call.duration > longest_call) return std::unexpected(RatingError::bad_duration);
    Charge out{.price = {0, tariff.settings().currency}};
    if (is_free(tariff, call)) return out;
    Course course(tariff, call, call.duration);
    out.row = course.opening();
    if (out.row == nullptr) return std::unexpected(RatingError::no_row);
    std::int64_t sum = out.row->connection_fee * sixtieths;
    while (auto step = course.next()) {
        if (!charge(*step, sum)) return std::unexpected(RatingError::overflow);
        out.increments += step->increments;
        out.charged += step->charged;
        ++out.rows;
        take(*step);
    }
    out.price.micros = sum / sixtieths + (sum % sixtieths != 0 ? 1 : 0);
    return out;
}

/// The end of what `available` sixtieths pay for in a stretch, its beginning if not even the first increment.
Duration paid_until(const Step& step, std::int64_t available) {
    const std::int64_t paid = available / step.row->price_per_minute;  // seconds
    if (paid < first_length(step)) return step.from;
    return step.from + length_of(step, 1 + (paid - first_length(step)) / step.row->increment);
}

}  // namespace

std::string_view describe(RatingError error) {
    switch (error) {
        case RatingError::no_row:
            return "no row of the tariff holds for this destination and caller at this time";
        case RatingError::bad_duration:
            return "a call lasts 0 to 31 days";
        case RatingError::overflow:
            return "the price is beyond what can be kept";
        case RatingError::other_currency:
            return "the credit is not in the currency of the tariff";
        case RatingError::no_credit:
            return "the credit does not pay for the connection fee";
    }
    return {};
}

std::expected<Charge, RatingError> rate(const Tariff& tariff, const Call& call) {
    return charge_call(tariff, call, [](const Step&) {});
}

std::expected<Preview, RatingError> preview(const Tariff& tariff, const Call& call) {
    Preview out;
    const auto charged = charge_call(tariff, call, [&](const Step& step) { out.steps.push_back(step); });
    if (!charged) return std::unexpected(charged.error());
    out.charge = *charged;
    if (charged->row == nullptr) return out;
    out.connection_fee = charged->row->connection_fee;
    out.free = std::min<Duration>(seconds(charged->row->free_seconds), call.duration);
    return out;
}

std::expected<Duration, RatingError> lasts(const Tariff& tariff, const Call& call, const Money& credit) {
    if (credit.currency != tariff.settings().currency) return std::unexpected(RatingError::other_currency);
    if (is_free(tariff, call)) return longest_call;
    Course course(tariff, call, longest_call);
    if (course.opening() == nullptr) return std::unexpected(RatingError::no_row);
    // No price that rate() can give is above the most that is counted with here.
    if (credit.micros < course.opening()->connection_fee) return std::unexpected(RatingError::no_credit);
    std::int64_t left = (std::min(credit.micros, INT64_MAX / sixtieths) - course.opening()->connection_fee) * sixtieths;
    Duration limit = course.free();
    while (auto step = course.next()) {
        std::int64_t spent = 0;
        if (!charge(*step, spent) || spent > left) return paid_until(*step, left);
        left -= spent;
        limit = step->to;
    }
    return limit;
}

}  // namespace offhook::charging
