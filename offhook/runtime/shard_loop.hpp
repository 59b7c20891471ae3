// One shard: a thread, its loop, its sockets, its timers and the handler that the program gave it (design rules 2 and 6).
//
//   turn: wait ─► drain datagrams, read streams, each message run to completion or handed over ─► mailbox ─► timers
//         ─► on_turn_end ─► sendmmsg and stream writes ─► arm readiness again
//
// Must not know what a message means beyond who owns it. Thread rule: everything on the shard's own thread, but stop(), mailbox(),
// counters() and idle().
#pragma once
#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "offhook/runtime/batch_window.hpp"
#include "offhook/runtime/config.hpp"
#include "offhook/runtime/counters.hpp"
#include "offhook/runtime/datagrams.hpp"
#include "offhook/runtime/descriptor.hpp"
#include "offhook/runtime/loop.hpp"
#include "offhook/runtime/mailbox.hpp"
#include "offhook/runtime/shard.hpp"
#include "offhook/runtime/shard_resolver.hpp"
#include "offhook/runtime/source_addresses.hpp"
#include "offhook/runtime/streams.hpp"

namespace offhook::runtime {

class Shard;

/// What the shards of one runtime have in common; outlives them.
struct Shared {
    const Config& config;
    Mailer& mailer;
    Control& control;
    ConnectionTable& connections;
    const transport::ListenerTable* listeners = nullptr;
    std::vector<std::unique_ptr<Shard>> shards;
};

class Shard final : public transport::Sender, private StreamIntake {
public:
    Shard(Shared& shared, std::uint16_t index);
    ~Shard() override;

    /// Before start(): the socket of a listener of this shard.
    void add_listener(std::uint16_t listener, Descriptor socket);
    /// On the control thread, before run().
    void make_handler(const MakeHandler& make);
    /// The thread's function: turns until stop().
    void run();
    /// On the control thread, after the thread has ended: gives the handler back.
    void destroy_handler() { handler_.reset(); }

    void stop();                                                                       ///< any thread
    [[nodiscard]] bool idle() const { return idle_.load(std::memory_order_acquire); }  ///< any thread; meant while draining
    [[nodiscard]] Mailbox& mailbox() { return mailbox_; }
    [[nodiscard]] const ShardCounters& counters() const { return counters_; }

    void send(const transport::Flow& flow, std::string_view bytes, transport::SendTag tag) override;
    [[nodiscard]] bool alive(const transport::Flow& flow) const override;
    [[nodiscard]] IpAddress source_for(const IpAddress& destination) override;

private:
    enum Source : std::uint32_t { wake, datagrams };
    struct Datagrams {
        std::uint16_t listener;
        UdpSocket socket;
        Handle watch;
        bool armed = false;
    };

    [[nodiscard]] std::optional<Instant> wake_at() const;
    [[nodiscard]] std::span<const Loop::Ready> wait();
    void turn();
    void deliver_failures();
    void dispatch(const Loop::Ready& ready);
    void drain_socket(Datagrams& source);
    void take_datagram(std::string_view bytes, const transport::Flow& from);
    [[nodiscard]] bool take_message(std::string_view bytes, const transport::Flow& from) override;
    void take_framing_error(std::string_view bytes, int status, const transport::Flow& from) override;
    [[nodiscard]] std::optional<std::uint16_t> index_message(std::string_view bytes, const transport::Flow& from);
    void malformed(const message::ParseError& error, const transport::Flow& from);
    void deliver(const transport::Flow& from);
    void hand_over();
    void note_age(std::size_t size, bool first);
    void read_mailbox();
    void take_mail(Mail& mail);
    void arm();
    void note_idle();
    [[nodiscard]] Datagrams* datagrams_of(const transport::Flow& flow);

    Shared& shared_;
    const std::uint16_t index_;
    ShardCounters counters_;
    Mailbox mailbox_;
    Loop loop_;
    Now now_;
    TimerWheel wheel_;
    BatchWindow batch_window_;
    Handle wake_watch_;
    bool wake_armed_ = false;
    std::vector<std::unique_ptr<Datagrams>> datagrams_;
    ReceiveArena arena_;
    message::Message message_;
    transport::Admission admission_;
    Instant arrived_{};                                    ///< of the batch under way
    std::string key_;                                      ///< scratch of shard_key()
    std::vector<std::vector<Mailbox::Message>> outgoing_;  ///< for each shard, of the batch under way
    std::vector<SendFailure> failures_, telling_;
    ShardResolver resolver_;
    SourceAddresses sources_;
    Streams streams_;
    std::unique_ptr<ShardServices> services_;
    std::unique_ptr<ShardHandler> handler_;
    Observer* observer_ = nullptr;  ///< the handler's
    bool draining_ = false;
    std::atomic<bool> idle_{false}, stopping_{false};
};

}  // namespace offhook::runtime
