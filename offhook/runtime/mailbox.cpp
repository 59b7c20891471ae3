#include "offhook/runtime/mailbox.hpp"

#include <sys/eventfd.h>

#include <utility>

namespace offhook::runtime {

namespace {
constexpr std::size_t kept_capacity = 4'096;  ///< of an emptied mail: bigger buffers are given back to the heap
}

Mailbox::Mailbox(Limits limits) : limits_(limits), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Mail& Mailbox::append() {
    if (queued_ == filling_.size()) filling_.emplace_back();
    return filling_[queued_++];
}

void Mailbox::post_all(std::span<Mail> mails) {
    bool to_wake = false;
    {
        const std::lock_guard lock(mutex_);
        const bool was_empty = queued_ == 0;
        for (Mail& mail : mails) {
            if (mail.kind == Mail::Kind::message && !has_room(mail.bytes.size())) {
                ++dropped_;
                continue;
            }
            queued_bytes_ += mail.bytes.size();
            append() = std::move(mail);
        }
        to_wake = was_empty && queued_ != 0;
    }
    if (to_wake) wake();
}

std::size_t Mailbox::hand_over(std::span<const Message> messages) { return append_all(messages, true); }

bool Mailbox::try_hand_over(const Message& message) { return append_all(std::span(&message, 1), false) == 1; }

std::size_t Mailbox::append_all(std::span<const Message> messages, bool count_dropped) {
    if (messages.empty()) return 0;
    bool was_empty = false;
    std::size_t accepted = 0;
    {
        const std::lock_guard lock(mutex_);
        was_empty = queued_ == 0;
        for (const Message& message : messages) {
            if (!has_room(message.bytes.size())) break;
            Mail& mail = append();
            mail.kind = Mail::Kind::message;
            mail.arrived = message.arrived;
            mail.flow = message.flow;
            mail.bytes.assign(message.bytes);
            queued_bytes_ += message.bytes.size();
            ++accepted;
        }
        if (count_dropped) dropped_ += messages.size() - accepted;
    }
    if (was_empty && accepted != 0) wake();
    return accepted;
}

bool Mailbox::full() const {
    const std::lock_guard lock(mutex_);
    return !has_room(0);
}

std::uint64_t Mailbox::dropped() const {
    const std::lock_guard lock(mutex_);
    return dropped_;
}

std::span<Mail> Mailbox::take() {
    for (Mail& mail : std::span(taken_).first(taken_count_)) {
        if (mail.bytes.capacity() > kept_capacity) mail.bytes = std::string();
        mail.addresses.clear();
        mail.snapshot.reset();
    }
    const std::lock_guard lock(mutex_);
    taken_count_ = std::exchange(queued_, 0);
    queued_bytes_ = 0;
    std::swap(filling_, taken_);
    return std::span(taken_).first(taken_count_);
}

void Mailbox::clear_wake() {
    std::uint64_t count = 0;
    static_cast<void>(!::read(wake_.get(), &count, sizeof count));
}

void Mailbox::wake() {
    const std::uint64_t one = 1;
    static_cast<void>(!::write(wake_.get(), &one, sizeof one));
}

}  // namespace offhook::runtime
