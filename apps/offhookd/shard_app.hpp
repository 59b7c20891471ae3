// One shard of the program: the sans-I/O core, joined to the shard's services and to the store's mail.
#pragma once
#include <memory>

#include "apps/offhookd/core.hpp"
#include "offhook/auth/sharded_replay.hpp"
#include "offhook/runtime/log.hpp"
#include "offhook/runtime/shard.hpp"
#include "offhook/store/store.hpp"

namespace offhook::daemon {

class ShardApp final : public runtime::ShardHandler {
public:
    ShardApp(runtime::ShardServices& services, const std::shared_ptr<const Config>& config, const Secrets& secrets, store::Store& store, runtime::Log& log,
             runtime::Rejections& rejections, std::uint64_t last_record);

    void on_message(const message::Message& message, const transport::Flow& from, Now now) override { core_.on_message(message, from, now); }
    void on_malformed(const message::Message& partial, const message::ParseError& error, const transport::Flow& from, Now now) override {
        core_.on_malformed(partial, error, from, now);
    }
    void on_mail(runtime::Mail&& mail, Now now) override;
    void on_send_failure(const transport::SendTag& tag, transport::SendError error, Now now) override { core_.on_send_failure(tag, error, now); }
    void on_turn_end(Now) override {}
    [[nodiscard]] bool idle() const override { return core_.idle(); }
    /// Whole messages are logged at level debug only.
    [[nodiscard]] Observer* traffic_observer() override { return log_.wants(Severity::debug) ? &observer_ : nullptr; }

    void adopt(const accounting::CallRecord& record, Now now) { core_.adopt(record, now); }

private:
    void ask(std::uint16_t owner, const auth::NonceUse& use, Ticket ticket);
    void answer(const runtime::Mail& question, Now now);

    runtime::Log& log_;
    runtime::LogObserver observer_;
    std::uint16_t shard_;
    runtime::Mailer& mailer_;
    auth::NonceLedger ledger_;
    auth::ShardedReplayGuard replays_;
    Core core_;
};

}  // namespace offhook::daemon
