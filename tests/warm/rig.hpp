// The core of offhookd as the program wires it, on a virtual clock, between phones that cost next to nothing: what a warm shard spends on
// a whole call, and on a REGISTER with credentials, can be counted and measured.
//
// Stores are in memory and answer in the next turn. Phones fill in forms that were made beforehand. Thread rule: one thread.
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "apps/offhookd/core.hpp"
#include "offhook/location/memory_store.hpp"

namespace offhook::warm {

/// What the server spent, without the phones.
struct Spent {
    std::uint64_t messages = 0;     ///< that it received
    std::uint64_t allocations = 0;
    std::chrono::nanoseconds time{};
};

class Rig final : transport::Sender, transport::Resolver, auth::UserDirectory, accounting::RecordStore, accounting::ChargeStore {
public:
    /// `allocations`: how many there were since the program began (offhook/base/allocation_count_test.hpp). Throws std::runtime_error,
    /// as the functions below do, with the message that is not as it should be.
    explicit Rig(std::uint64_t (*allocations)());
    Rig(const Rig&) = delete;
    Rig& operator=(const Rig&) = delete;

    /// INVITE, 100, 180, 200, ACK, BYE, 200 between two of the users, both records committed; then 20 ms pass.
    Spent call();
    /// A REGISTER that refreshes a binding: credentials verified, committed, 200; then 1 ms passes. Its nonce is not new.
    Spent refresh();

private:
    struct User {
        std::shared_ptr<const auth::User> snapshot;
        std::string nonce;
        std::uint32_t count = 0, cseq = 0;
        UtcTime challenged{};
    };
    struct Sent {
        Endpoint to;
        std::string bytes;
    };
    /// What is filled into a form.
    struct Blanks {
        std::uint64_t number = 0;
        std::string_view caller{}, callee{}, response{}, nonce{}, count{}, cseq{};
    };

    void compose(std::string_view form, const Blanks& blanks);
    void challenge(User& user);
    void register_user(User& user);
    void deliver(const Endpoint& from);
    void turn(Duration passes);
    [[nodiscard]] const std::string& expect(std::string_view start, const Endpoint& to) const;
    void keep_route();

    void send(const transport::Flow& flow, std::string_view bytes, transport::SendTag) override;
    [[nodiscard]] bool alive(const transport::Flow&) const override { return true; }
    [[nodiscard]] std::optional<transport::Addresses> resolve(std::string_view, Ticket) override { return transport::Addresses{}; }
    [[nodiscard]] auth::UserSnapshot find(std::string_view domain, std::string_view name) const override;
    [[nodiscard]] std::array<bool, auth::algorithm_count> offered(std::string_view) const override { return {true, false, false}; }
    [[nodiscard]] bool loaded() const override { return true; }
    void put(const accounting::CallRecord&, Ticket ticket) override { records_.push_back(ticket); }
    [[nodiscard]] bool healthy(Now) const override { return true; }
    void authorise(const accounting::ChargeRequest&, Ticket) override { throw std::logic_error("nobody pays for these calls"); }
    void extend(const accounting::ChargeRequest&, Duration, Ticket) override { throw std::logic_error("nobody pays for these calls"); }

    std::uint64_t (*allocations_)();
    Now now_;
    TimerWheel wheel_;
    transport::ListenerTable listeners_;
    transport::Admission admission_;
    Observer observer_;
    auth::Hasher hasher_;
    std::vector<User> users_;
    location::MemoryBindingStore bindings_;
    auth::NonceLedger replays_;
    std::vector<Ticket> records_, committed_;  ///< of rows put, and of those being answered
    std::unique_ptr<daemon::Core> core_;

    Spent spent_;
    std::uint64_t calls_ = 0, refreshes_ = 0;
    message::Message message_;
    std::string text_;                       ///< what a phone sends
    std::string vias_, record_routes_, route_;  ///< of the request that a phone received
    std::vector<Sent> sent_;
    std::size_t sent_count_ = 0;             ///< of sent_ that the last delivery or turn sent
};

}  // namespace offhook::warm
