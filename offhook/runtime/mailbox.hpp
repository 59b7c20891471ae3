// A shard's mailbox (design rule 2): a bounded vector under a mutex, swapped out once a turn, an eventfd only when it was empty.
// Messages beyond its bounds are dropped and counted; answers and orders never are, since somebody waits for each.
// The swap gives the emptied mails back, so that a warm mailbox allocates nothing for messages.
#pragma once
#include <cstdint>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include "offhook/runtime/descriptor.hpp"
#include "offhook/runtime/mail.hpp"

namespace offhook::runtime {

class Mailbox {
public:
    struct Limits {
        std::size_t messages = 8'192;
        std::size_t bytes = 16u << 20;
    };
    /// A message to hand over: the bytes are copied.
    struct Message {
        transport::Flow flow;
        std::string_view bytes;
        Instant arrived{};
    };

    explicit Mailbox(Limits limits);

    void post(Mail&& mail) { post_all({&mail, 1}); }                         ///< any thread; dropped only if it is a message beyond the limits
    void post_all(std::span<Mail> mails);                                    ///< any thread; the same for each, with one wake-up
    [[nodiscard]] std::size_t hand_over(std::span<const Message> messages);  ///< any thread; returns how many found room
    [[nodiscard]] bool try_hand_over(const Message& message);                ///< any thread; false and not counted if there is no room
    [[nodiscard]] bool full() const;                                         ///< any thread: a message would be dropped now
    [[nodiscard]] std::uint64_t dropped() const;                             ///< any thread

    /// The mails since the last call, valid until the next one. Thread rule: the owner.
    [[nodiscard]] std::span<Mail> take();
    [[nodiscard]] int wake_descriptor() const { return wake_.get(); }  ///< readable after the first mail into the empty box
    void clear_wake();                                                 ///< the owner has seen it
    void wake();                                                       ///< any thread

private:
    [[nodiscard]] std::size_t append_all(std::span<const Message> messages, bool count_dropped);
    [[nodiscard]] bool has_room(std::size_t bytes) const { return queued_ < limits_.messages && queued_bytes_ + bytes <= limits_.bytes; }
    Mail& append();

    const Limits limits_;
    Descriptor wake_;
    mutable std::mutex mutex_;
    std::vector<Mail> filling_;  ///< the first queued_ are mail, the others empty
    std::size_t queued_ = 0, queued_bytes_ = 0;
    std::uint64_t dropped_ = 0;
    std::vector<Mail> taken_;  ///< the owner's
    std::size_t taken_count_ = 0;
};

}  // namespace offhook::runtime
