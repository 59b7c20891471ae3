// The called phones of a storm: ring, answer, wait for the ACK, and answer whatever else comes (RFC 3261 §13.3, §15.1.2).
//
// A call is kept only until its ACK: what a BYE needs stands in the To tag, which names the call and cannot be guessed.
// Thread rule: one worker.
#pragma once
#include <map>
#include <string>

#include "apps/offhook/storm/outbox.hpp"
#include "apps/offhook/storm/plan.hpp"
#include "offhook/base/slab.hpp"
#include "offhook/base/timer_wheel.hpp"
#include "offhook/transaction/layer.hpp"

namespace offhook::cli::storm {

class Callees final : public transaction::ServerUser {
public:
    Callees(const Plan& plan, TimerWheel& wheel, Outbox& outbox, Statistics& statistics, const SipKey& key);

    void use(transaction::Layer& layer) { layer_ = &layer; }
    [[nodiscard]] std::size_t size() const { return calls_.size(); }  ///< ringing, or answered without an ACK

    void on_request(transaction::RequestPtr request, Now now) override;
    void on_ack(transaction::RequestPtr ack, Now now) override;
    void on_cancel(transaction::ServerId invite, const message::Message& cancel, Now now) override;

private:
    struct Call : Timer {
        explicit Call(Callees& o);
        Callees& owner;
        transaction::RequestPtr invite;  ///< while it rings
        transaction::ServerId transaction;
        std::string answer;
        Instant give_up{};
        Duration interval{};
    };

    void ring(transaction::RequestPtr request, Now now);
    void answer(Handle handle, Call& call, Now now);
    void on_timer(Call& call, Now now);
    void respond(transaction::Request& request, int status, Now now, std::string_view headers = {});
    [[nodiscard]] std::string tag_of(Handle handle, std::string_view call_id) const;
    [[nodiscard]] std::optional<Handle> handle_in(const message::Message& request) const;
    void write(std::string& out, const transaction::Request& invite, Handle handle, int status) const;

    const Plan& plan_;
    TimerWheel& wheel_;
    Outbox& outbox_;
    Statistics& statistics_;
    SipKey key_;
    transaction::Layer* layer_ = nullptr;
    Slab<Call> calls_;
    std::map<std::uint64_t, Handle> ringing_;  ///< by transaction
    std::string bytes_;
};

/// A session description of one audio stream that is never sent.
[[nodiscard]] std::string session_description(const IpAddress& address);

}  // namespace offhook::cli::storm
