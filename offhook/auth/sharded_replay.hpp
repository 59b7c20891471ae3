// Replay protection where there are several shards: each nonce has one owner, and the others ask it (design rule 2).
//
// Knows neither mailboxes nor threads: how a question travels is given as a function. The owner answers a question by
// NonceLedger::admit() with the NonceUse put together again (asked_use()), and the answer goes to DigestAuthenticator::on_admitted().
// Thread rule: one shard.
#pragma once
#include <functional>
#include <utility>

#include "offhook/auth/nonce.hpp"
#include "offhook/auth/nonce_ledger.hpp"

namespace offhook::auth {

class ShardedReplayGuard final : public ReplayGuard {
public:
    using ShardOf = std::function<std::uint16_t(std::string_view nonce)>;
    /// Carries nonce, nc and request to the owner; the rest of a NonceUse follows from them. The nonce is borrowed during the call.
    using Ask = std::function<void(std::uint16_t owner, const NonceUse& use, Ticket ticket)>;

    ShardedReplayGuard(NonceLedger& own, std::uint16_t shard, ShardOf shard_of, Ask ask)
        : own_(own), shard_(shard), shard_of_(std::move(shard_of)), ask_(std::move(ask)) {}

    [[nodiscard]] std::optional<bool> admit(const NonceUse& use, Ticket ticket, Now now) override {
        const std::uint16_t owner = shard_of_(use.nonce);
        if (owner == shard_) return own_.admit(use, now.utc);
        ask_(owner, use, ticket);
        return std::nullopt;
    }
    [[nodiscard]] bool spent(const NonceUse& use) const override { return shard_of_(use.nonce) == shard_ && own_.spent(use); }

private:
    NonceLedger& own_;
    std::uint16_t shard_;
    ShardOf shard_of_;
    Ask ask_;
};

/// A use as the owner is asked about it: the asker has verified the nonce, so its own word on its time is good.
[[nodiscard]] inline NonceUse asked_use(std::string_view nonce, std::uint32_t nc, std::uint64_t request) {
    return {nonce, NonceMint::claimed_time(nonce), nc, request};
}

}  // namespace offhook::auth
