// What the tables of client and server transactions share: the ports that they send and report through, the timers, and buffers that
// are used again. Thread rule: one shard.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "offhook/base/observer.hpp"
#include "offhook/base/siphash.hpp"
#include "offhook/base/timer_wheel.hpp"
#include "offhook/transaction/config.hpp"
#include "offhook/transport/admission.hpp"
#include "offhook/transport/sender.hpp"

namespace offhook::transaction {

/// Strings that keep their capacity from one transaction to the next.
class StringPool {
public:
    [[nodiscard]] std::string take() {
        if (free_.empty()) return {};
        std::string s = std::move(free_.back());
        free_.pop_back();
        return s;
    }
    void give_back(std::string& s) {
        // One that grew past an ordinary message is not worth keeping, and a burst must not hold its memory for ever.
        if (s.capacity() <= 8192 && s.capacity() > 15 && free_.size() < 4096) {
            s.clear();
            free_.push_back(std::move(s));
        }
        s = std::string();
    }

private:
    std::vector<std::string> free_;
};

struct Services {
    TimerConfig timers;
    TimerWheel& wheel;
    transport::Sender& sender;
    Observer& observer;
    SipKey salt;
    StringPool requests;   ///< apart from the responses: those are smaller and kept longer, so they must not sit in large buffers
    StringPool responses;
    std::string feedback;  ///< a response that was given its overload control
    std::string scratch;  ///< for a message composed and sent within one call
    transport::Admission* admission = nullptr;  ///< of the shard; null: everything is admitted
    Now last{};           ///< the latest instant that was heard of: for what happens in a destructor, which is not told the time

    /// That instant, or the one to which the timers have been advanced since.
    [[nodiscard]] Now latest() const {
        const Instant reached = wheel.reached();
        if (reached <= last.steady) return last;
        return {reached, last.utc + (reached - last.steady)};
    }
};

}  // namespace offhook::transaction
