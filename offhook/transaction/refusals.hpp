// New requests that a shard has no time or no room for: each is answered with a 503 that leaves nothing behind, and the ACK of such a
// 503 is known by its To tag, a keyed hash of the request (RFC 3261 §8.2.7; RFC 7339 §5.10.2: without Retry-After, which would make a
// trunk go silent).
//
// Knows what a refusal looks like and how many there were. Must not know why. Thread rule: one shard.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "offhook/transaction/key.hpp"
#include "offhook/transaction/services.hpp"

namespace offhook::transaction {

class Refusals {
public:
    explicit Refusals(Services& services) : services_(services) {}

    enum class Why : std::uint8_t { overload, no_room };
    /// `feedback`: what a peer that speaks overload control is told.
    void refuse(const message::Message& request, const message::Via& via, const transport::Flow& from, Why why, std::string_view feedback, Now now);
    /// True for the ACK of a refusal, which nobody waits for.
    [[nodiscard]] bool acknowledged(const message::Message& ack, const message::Via& via) const;

private:
    void append_tag(std::string& out, const message::Message& request, const message::Via& via) const;
    void report(Why why, Now now);

    Services& services_;
    std::string tag_, response_;
    std::uint64_t unreported_[2] = {0, 0};  ///< by Why
    Instant reported_[2] = {Instant::min(), Instant::min()};
};

}  // namespace offhook::transaction
