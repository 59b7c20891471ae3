// Replay protection over shards: each nonce has one owner, shard hash(nonce), whose ledger knows its uses (design rule 2). A nonce is
// drawn to fall on the shard that issues it, so most uses are decided here at once; another shard's nonce is asked for by mail.
// Thread rule: one shard.
#pragma once
#include "offhook/auth/nonce_ledger.hpp"
#include "offhook/runtime/mail.hpp"

namespace offhook::daemon {

class OwnedReplays final : public auth::ReplayGuard {
public:
    OwnedReplays(std::uint16_t shard, runtime::Mailer& mailer, const SipKey& key, const auth::NonceLedger::Limits& limits, Now now)
        : shard_(shard), mailer_(mailer), ledger_(key, limits, now.utc) {}

    [[nodiscard]] bool owns(std::string_view nonce) const { return mailer_.shard_of(nonce) == shard_; }

    [[nodiscard]] std::optional<bool> admit(const auth::NonceUse& use, Ticket ticket, Now now) override;

    /// Another shard's question: answered by mail.
    void on_ask(const runtime::Mail& question, Now now);

private:
    std::uint16_t shard_;
    runtime::Mailer& mailer_;
    auth::NonceLedger ledger_;
};

}  // namespace offhook::daemon
