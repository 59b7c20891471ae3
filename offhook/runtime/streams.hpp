// The TCP connections of one shard: those that it accepted and those that it opened (RFC 3261 §18, RFC 5626 §3.5.1).
//
//   connecting ──► open ──► lingering (we closed: the rest is written, then what still comes is thrown away) ──► gone
//        └───────────┴──► dead (until the turn ends) ──► gone
//
// Must not know what messages mean: whole ones go to the intake, whose they are is decided there. Thread rule: one shard.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "offhook/base/slab.hpp"
#include "offhook/base/timer_wheel.hpp"
#include "offhook/runtime/config.hpp"
#include "offhook/runtime/connection_table.hpp"
#include "offhook/runtime/counters.hpp"
#include "offhook/runtime/datagrams.hpp"
#include "offhook/runtime/descriptor.hpp"
#include "offhook/runtime/loop.hpp"
#include "offhook/runtime/mail.hpp"
#include "offhook/transport/framing.hpp"
#include "offhook/transport/listeners.hpp"

namespace offhook::runtime {

/// Takes what the streams of a shard bring.
class StreamIntake {
public:
    virtual ~StreamIntake() = default;
    /// One whole message. False if its owner has no room for it now: it will be offered again.
    [[nodiscard]] virtual bool take_message(std::string_view bytes, const transport::Flow& from) = 0;
    /// The stream cannot be cut into messages any more; it is closed after the answer.
    virtual void take_framing_error(std::string_view bytes, int status, const transport::Flow& from) = 0;
};

class Streams {
public:
    struct Environment {
        std::uint16_t shard;
        const Config& config;
        const transport::ListenerTable* const& listeners;
        ConnectionTable& table;
        Mailer& mailer;
        Loop& loop;
        TimerWheel& wheel;
        const Now& now;  ///< of the turn
        ShardCounters& counters;
        std::vector<SendFailure>& failures;
        StreamIntake& intake;
    };
    /// Kinds of the loop's cookies that belong here.
    enum Source : std::uint32_t { acceptor = 100, connection };

    explicit Streams(const Environment& environment);
    ~Streams();

    void add_acceptor(std::uint16_t listener, Descriptor socket);
    void on_ready(const Loop::Ready& ready);
    /// As transport::Sender::send(); `owner` is the shard of the tag.
    void send(const transport::Flow& flow, std::string_view bytes, transport::SendTag tag, std::uint16_t owner);
    [[nodiscard]] bool alive(const transport::Flow& flow) const;
    /// Before the end of a turn: offers again what had no room.
    void retry_stalled();
    /// At the end of a turn: writes what was queued, buries the dead, arms readiness.
    void end_turn();
    [[nodiscard]] bool waiting() const { return !stalled_.empty(); }  ///< for room in another shard's mailbox
    [[nodiscard]] std::size_t unsent() const { return unsent_; }      ///< octets

private:
    enum class State : std::uint8_t { connecting, open, lingering, dead };
    struct Tagged {
        transport::SendTag tag;
        std::uint16_t owner;
        std::uint64_t end;  ///< the octet of the stream after the message
    };
    struct Connection : Timer {
        Connection(Streams& s, const message::Limits& limits);
        Streams& streams;
        Handle self, watch;
        int descriptor = -1;
        State state = State::open;
        bool close_wanted = false, stalled = false, dirty = false;
        transport::Flow flow;
        transport::StreamFramer framer;
        std::string held;  ///< a message that its owner had no room for
        std::string out;   ///< not yet written, from out_begin on
        std::size_t out_begin = 0;
        std::uint64_t queued = 0, written = 0;  ///< octets of the stream so far
        std::vector<Tagged> tags;               ///< of what is not written, or written and not followed by any octet of the peer
        Instant active{};
        std::optional<Instant> partial_since;  ///< a message has begun to come
    };
    struct Acceptor : Timer {
        Acceptor(Streams& s, std::uint16_t l);
        Streams& streams;
        std::uint16_t listener;
        int descriptor = -1;
        Handle watch;
    };

    [[nodiscard]] Connection* find(transport::ConnectionId id);
    Connection* add(int descriptor, const transport::Flow& flow, State state);
    void accept(Acceptor& acceptor);
    [[nodiscard]] std::optional<transport::SendError> connect(transport::Flow flow, Connection*& opened);
    void connected(Connection& c);
    void queue(Connection& c, std::string_view bytes, transport::SendTag tag, std::uint16_t owner);
    void forward(const transport::Flow& flow, transport::ConnectionId to, std::string_view bytes, transport::SendTag tag, std::uint16_t owner);
    void read(Connection& c);
    void take_bytes(Connection& c, std::string_view bytes);
    void take_frames(Connection& c);
    void peer_closed(Connection& c);
    void write(Connection& c);
    void wrote(Connection& c, std::size_t n);
    void close_after_writing(Connection& c);
    void linger(Connection& c);
    void kill(Connection& c, transport::SendError error, bool lost);
    void on_timer(Connection& c);
    void touch(Connection& c);
    void watch_partial(Connection& c);

    Environment in_;
    Slab<Connection> connections_;
    std::vector<std::unique_ptr<Acceptor>> acceptors_;
    std::unique_ptr<char[]> buffer_;
    std::vector<Handle> dirty_, dead_, stalled_, retrying_;
    std::size_t unsent_ = 0;
};

}  // namespace offhook::runtime
