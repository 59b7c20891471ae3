// The server under test: the core of offhookd, as the program wires it, on a virtual clock, with bindings and records in memory.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "apps/offhookd/core.hpp"
#include "offhook/accounting/memory_charge_store.hpp"
#include "offhook/accounting/memory_record_store.hpp"
#include "offhook/location/memory_store.hpp"
#include "tests/sim/script.hpp"
#include "tests/sim/world.hpp"

namespace offhook::sim {

class Server final : public Node, public transport::Sender, public transport::Resolver, public auth::UserDirectory {
public:
    enum class Callers : std::uint8_t { trusted, paying };  ///< paying: each has a password, and all of them one account

    Server(World& world, Observer& observer, const Endpoint& at, Callers callers);

    /// The bindings of one callee, in force at once. `phones`: where they are; a dead one is where nobody is.
    void bind(const CallScript& call, const std::vector<Endpoint>& phones, const Endpoint& nowhere);

    /// As after kill -9 and a start at once: what was in memory is gone, what was committed is taken over.
    void restart();

    [[nodiscard]] accounting::MemoryRecordStore& records() { return records_; }
    [[nodiscard]] accounting::MemoryChargeStore& charges() { return charges_; }
    static constexpr std::string_view account = "acme";
    [[nodiscard]] daemon::Core& core() { return *core_; }

    void on_datagram(std::string_view bytes, const transport::Flow& from, Now now) override;

private:
    void send(const transport::Flow& flow, std::string_view bytes, transport::SendTag) override;
    [[nodiscard]] bool alive(const transport::Flow&) const override { return true; }
    [[nodiscard]] std::optional<transport::Addresses> resolve(std::string_view, Ticket) override { return transport::Addresses{}; }
    [[nodiscard]] auth::UserSnapshot find(std::string_view domain, std::string_view name) const override;
    [[nodiscard]] std::array<bool, auth::algorithm_count> offered(std::string_view) const override { return {callers_ == Callers::paying}; }
    [[nodiscard]] bool loaded() const override { return true; }

    void start();

    World& world_;
    Observer& observer_;
    Endpoint at_;
    Callers callers_;
    mutable std::map<std::string, auth::UserSnapshot, std::less<>> users_;
    transport::ListenerTable listeners_;
    location::MemoryBindingStore bindings_;
    accounting::MemoryRecordStore records_;
    accounting::MemoryChargeStore charges_;
    auth::NonceLedger replays_;
    daemon::Secrets secrets_;
    bool dying_ = false;
    std::unique_ptr<daemon::Core> core_;
};

}  // namespace offhook::sim
