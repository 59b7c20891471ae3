// The server core of offhookd in virtual time, with stores, resolver and replay protection that answer when they are told to, and the
// links to its peers. Built anew for each input, so that what an input does is told by the input alone.
//
// Knows how the core is wired. Must not know what peers say.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "apps/offhookd/core.hpp"
#include "fuzz/server_watch.hpp"
#include "offhook/accounting/memory_charge_store.hpp"
#include "offhook/accounting/memory_record_store.hpp"
#include "offhook/transport/framing.hpp"

namespace offhook::fuzz {

struct Sent {
    transport::Flow to;
    std::string bytes;
    transport::SendTag tag;
};

inline constexpr std::string_view password = "secret";
inline constexpr std::size_t configurations = 3;

class ServerWorld final : public transport::Sender,
                          public transport::Resolver,
                          public auth::UserDirectory,
                          public auth::ReplayGuard,
                          public location::BindingStore {
public:
    ServerWorld();
    ~ServerWorld() override;
    ServerWorld(const ServerWorld&) = delete;
    ServerWorld& operator=(const ServerWorld&) = delete;

    Now now;
    std::function<void(const Sent&)> on_sent;
    std::function<bool(const transport::Flow&)> is_alive;

    // How the ports behave from now on.
    void set_store(Duration delay, unsigned fails, bool healthy);  ///< `fails`: so many of the next commits of bindings and of rows
    enum class Names : std::uint8_t { unknown, at_once, later, never, several } names = Names::at_once;
    bool replays_later = false;

    /// The listener of a protocol and family, and its address.
    [[nodiscard]] transport::Flow flow_from(transport::Protocol protocol, const Endpoint& remote) const;
    void receive(std::string_view bytes, const transport::Flow& from);
    /// False: the stream is broken and is to be closed.
    [[nodiscard]] bool receive_stream(transport::StreamFramer& framer, std::string_view bytes, const transport::Flow& from);
    void pass(Duration time);
    void fail_send(std::size_t which);
    void configure(std::size_t which);
    void drain() { core_->drain(now); }

    /// Lets everything come to its end; nothing may be left then but calls in progress.
    void come_to_rest();
    [[nodiscard]] const ServerWatch& watch() const { return watch_; }

private:
    struct Later : Timer {
        explicit Later(std::function<void(Now)> f) : Timer(&fire), what(std::move(f)) {}
        static void fire(Timer& timer, Now now) { static_cast<Later&>(timer).what(now); }
        std::function<void(Now)> what;
    };
    void later(Duration after, std::function<void(Now)> what) { wheel_.arm(laters_.emplace_back(std::move(what)), now.steady + after); }

    void hand_in(std::string_view bytes, const transport::Flow& from);
    void framing_error(const transport::StreamFramer::Frame& frame, const transport::Flow& from);
    void settle();

    void send(const transport::Flow& flow, std::string_view bytes, transport::SendTag tag) override;
    [[nodiscard]] bool alive(const transport::Flow& flow) const override;
    [[nodiscard]] std::optional<transport::Addresses> resolve(std::string_view host, Ticket ticket) override;
    [[nodiscard]] auth::UserSnapshot find(std::string_view domain, std::string_view name) const override;
    [[nodiscard]] std::array<bool, auth::algorithm_count> offered(std::string_view) const override { return {true, true, false}; }
    [[nodiscard]] bool loaded() const override { return true; }  // of users and of bindings
    [[nodiscard]] std::optional<bool> admit(const auth::NonceUse& use, Ticket ticket, Now now) override;
    [[nodiscard]] bool spent(const auth::NonceUse&) const override { return false; }  // cannot be told at once
    [[nodiscard]] location::BindingSnapshot find(std::string_view address_of_record) const override;
    void commit(location::BindingSnapshot next, Ticket ticket) override;

    transport::ListenerTable listeners_;
    ServerWatch watch_;
    Observer observer_;
    TimerWheel wheel_;
    std::deque<Later> laters_;
    std::map<std::string, location::BindingSnapshot, std::less<>> bindings_;
    accounting::MemoryRecordStore records_;
    accounting::MemoryChargeStore charges_{records_, [this](Ticket ticket, const accounting::Grant& grant, Now at) { core_->on_granted(ticket, grant, at); }};
    auth::NonceLedger ledger_;
    std::vector<transport::SendTag> tagged_;  ///< whose failure somebody would be told of
    std::deque<Sent> to_itself_;
    Duration store_delay_{0};
    unsigned store_fails_ = 0;
    bool ending_ = false;
    std::unique_ptr<daemon::Core> core_;
};

}  // namespace offhook::fuzz
