#include "offhook/base/timer_wheel.hpp"

#include <algorithm>
#include <bit>

namespace offhook {

namespace {
constexpr Duration grain{1000};
}

Timer::~Timer() { cancel(); }

void Timer::cancel() {
    if (wheel_ != nullptr) wheel_->remove(*this);
}

TimerWheel::TimerWheel(Instant start) : start_(start) {}

TimerWheel::~TimerWheel() {
    for (Level& level : wheel_)
        for (Timer*& head : level.head)
            while (head != nullptr) remove(*head);
}

// Rounded up: a timer never fires early.
std::uint64_t TimerWheel::grain_of(Instant t) const {
    if (t <= start_) return 0;
    return static_cast<std::uint64_t>((t - start_ + grain - Duration{1}) / grain);
}

void TimerWheel::arm(Timer& timer, Instant due) {
    timer.cancel();
    timer.due_ = due;
    timer.wheel_ = this;
    ++size_;
    insert(timer);
}

void TimerWheel::insert(Timer& timer) {
    const std::uint64_t due = std::max(grain_of(timer.due_), current_);
    const std::uint64_t reach = (std::uint64_t{1} << (bits * levels)) - 1;
    const std::uint64_t at = std::min(due, current_ + reach - (reach >> bits));
    unsigned level = 0;
    // The lowest level on which the due grain lies within the turn that is under way.
    while (level + 1 < levels && (at >> (bits * (level + 1))) != (current_ >> (bits * (level + 1)))) ++level;
    const auto slot = static_cast<unsigned>(at >> (bits * level)) & (slots - 1);
    Level& l = wheel_[level];
    timer.place_ = static_cast<std::uint16_t>(level * slots + slot);
    timer.previous_ = nullptr;
    timer.next_ = l.head[slot];
    if (timer.next_ != nullptr) timer.next_->previous_ = &timer;
    l.head[slot] = &timer;
    l.occupied[slot / 64] |= std::uint64_t{1} << (slot % 64);
}

void TimerWheel::remove(Timer& timer) {
    Level& l = wheel_[timer.place_ / slots];
    const unsigned slot = timer.place_ % slots;
    if (timer.previous_ != nullptr) timer.previous_->next_ = timer.next_;
    else l.head[slot] = timer.next_;
    if (timer.next_ != nullptr) timer.next_->previous_ = timer.previous_;
    if (l.head[slot] == nullptr) l.occupied[slot / 64] &= ~(std::uint64_t{1} << (slot % 64));
    timer.previous_ = timer.next_ = nullptr;
    timer.wheel_ = nullptr;
    --size_;
}

// Sorts the slot of this level that has just begun into the levels below.
void TimerWheel::cascade(unsigned level) {
    const auto slot = static_cast<unsigned>(current_ >> (bits * level)) & (slots - 1);
    Level& l = wheel_[level];
    Timer* list = l.head[slot];
    l.head[slot] = nullptr;
    l.occupied[slot / 64] &= ~(std::uint64_t{1} << (slot % 64));
    while (list != nullptr) {
        Timer* next = list->next_;
        insert(*list);
        list = next;
    }
}

// Distance from slot `from` to the first occupied slot at or after it on this level, without wrapping; slots if none.
unsigned TimerWheel::occupied_distance(unsigned level, unsigned from) const {
    const auto& words = wheel_[level].occupied;
    for (unsigned word = from / 64; word < words.size(); ++word) {
        std::uint64_t set = words[word];
        if (word == from / 64) set &= ~std::uint64_t{0} << (from % 64);
        if (set != 0) return word * 64 + static_cast<unsigned>(std::countr_zero(set)) - from;
    }
    return slots;
}

// The next grain at which a slot must be fired or cascaded. The top level wraps around.
std::optional<std::uint64_t> TimerWheel::next_event() const {
    for (unsigned level = 0; level < levels; ++level) {
        const unsigned shift = bits * level;
        const auto now = static_cast<unsigned>(current_ >> shift) & (slots - 1);
        const unsigned from = level == 0 ? now : now + 1;  // a higher level's current slot has been cascaded
        const unsigned distance = from < slots ? occupied_distance(level, from) : slots;
        if (distance < slots) return ((current_ >> shift) + (from - now) + distance) << shift;
        if (level + 1 == levels) {
            const unsigned wrapped = occupied_distance(level, 0);
            if (wrapped < slots) return ((current_ >> shift) + (slots - now) + wrapped) << shift;
        }
    }
    return std::nullopt;
}

void TimerWheel::advance(Now now) {
    const std::uint64_t target = now.steady <= start_ ? 0 : static_cast<std::uint64_t>((now.steady - start_) / grain);
    while (size_ != 0) {
        const auto event = next_event();
        if (!event || *event > target) break;
        if (*event != current_) {
            const std::uint64_t before = current_;
            current_ = *event;
            for (unsigned level = levels; level-- > 1;)
                if ((before >> (bits * level)) != (current_ >> (bits * level))) cascade(level);
        }
        Level& l = wheel_[0];
        const auto slot = static_cast<unsigned>(current_) & (slots - 1);
        while (Timer* timer = l.head[slot]) {
            remove(*timer);
            timer->fire_(*timer, now);  // may arm or cancel any timer, itself too
        }
    }
    if (target > current_) {
        const std::uint64_t before = current_;
        current_ = target;
        for (unsigned level = levels; level-- > 1;)
            if ((before >> (bits * level)) != (current_ >> (bits * level))) cascade(level);
    }
}

Instant TimerWheel::reached() const { return start_ + Duration(static_cast<Duration::rep>(current_)) * grain.count(); }

std::optional<Instant> TimerWheel::next_due() const {
    if (size_ == 0) return std::nullopt;
    const auto event = next_event();
    if (!event) return std::nullopt;
    return start_ + *event * grain;
}

}  // namespace offhook
