// The RADIUS client as a machine without I/O: several servers with failover, 256 identifiers for each source port, retransmission by
// RFC 5080 §2.2.1, a breaker for each server, a bounded number of requests. A function of (state, event, now).
//
//   ask() ─► behind one of its session ─► waiting for an identifier ─► sent to a server ──answer──► done, answered
//                                              ▲                          │      │
//                                              └──attempts used up, next──┘      └─deadline, or no server left─► done, and why
//
// - A retransmission is the same octets with the same identifier; another server gets a packet of its own (RFC 2865 §2.4).
// - What does not fit a request under way, in identifier, code, authenticator or Message-Authenticator, is dropped and counted: late,
//   repeated and forged answers alike (RFC 5080 §2.2.2).
// - Requests with one session key are done one after another. If one fails, those behind it fail with it, so that whoever asked can ask
//   for all of them again in order: accounting goes on until it is acknowledged (RFC 5080 §2.2.1), but the journal is what it waits in.
//
// Must not know sockets, clocks or addresses: servers and source ports are numbers. Thread rule: one thread.
#pragma once
#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "offhook/base/siphash.hpp"
#include "offhook/base/slab.hpp"
#include "offhook/base/ticket.hpp"
#include "offhook/base/time.hpp"
#include "offhook/radius/breaker.hpp"
#include "offhook/radius/config.hpp"
#include "offhook/radius/identifiers.hpp"
#include "offhook/radius/seal.hpp"

namespace offhook::radius {

/// What is asked, and who gets the answer.
struct Question {
    Ticket ticket;
    std::string attributes;  ///< as an AttributeWriter gives them
    std::string session;     ///< questions with the same one are done in order; empty: in any
};

enum class Outcome : std::uint8_t {
    answered,
    no_answer,       ///< of no server, or not in time
    all_dead,        ///< nobody was asked: every server is dead, and none is due for a trial
    too_many,        ///< nobody was asked: as many requests as may be are under way. Of a session: to be asked before any later one
    earlier_failed,  ///< nobody was asked: one before it in its session was not answered
};

/// What the driver is to do.
struct Action {
    enum class Kind : std::uint8_t {
        send,      ///< octets, from `port` of the server
        complete,  ///< the answer to `ticket`: outcome; if answered, code and octets, which are its attributes
        down,
        up,       ///< the server is dead, or is back: for the log
        dropped,  ///< something of this server was, for the first time for this reason: for the log
    } kind{};
    std::uint16_t server = 0, port = 0;
    Outcome outcome{};
    PacketError error{};  ///< of dropped
    Code code{};
    Ticket ticket{};
    std::string octets{};
};
using Actions = std::vector<Action>;

class Client {
public:
    struct Counters {
        std::uint64_t sent = 0, resent = 0, answered = 0;
        std::uint64_t unanswered = 0;                             ///< failures of a server, as its breaker counts them
        std::array<std::uint64_t, packet_error_count> dropped{};  ///< by PacketError
    };

    /// `key`: drawn at random; Request Authenticators and jitter come from it.
    Client(ClientConfig config, const SipKey& key);

    // Each appends what follows from it to `out`.
    void ask(Question&& question, Now now, Actions& out);
    void on_datagram(std::uint16_t server, std::uint16_t port, std::string_view octets, Now now, Actions& out);
    /// The system says that nobody listens at that server: what is under way there goes to the next one at once, which is one failure.
    /// What has no other server to go to stays, and is sent again until its deadline: the server may just be starting anew.
    void on_unreachable(std::uint16_t server, Now now, Actions& out);
    void on_time(Now now, Actions& out);

    /// When on_time() has something to do; nothing while nothing waits.
    [[nodiscard]] std::optional<Instant> next_due() const { return timers_.empty() ? std::nullopt : std::optional(timers_.begin()->at); }
    [[nodiscard]] std::size_t pending() const { return pending_.size(); }
    [[nodiscard]] const Counters& counters() const { return counters_; }
    [[nodiscard]] Breaker::State state(std::uint16_t server) const { return servers_[server].breaker.state(); }

private:
    struct Timer {
        Instant at;
        Handle handle;
        friend bool operator<(const Timer& a, const Timer& b) {
            return std::tuple(a.at, a.handle.slot, a.handle.generation) < std::tuple(b.at, b.handle.slot, b.handle.generation);
        }
    };
    struct Pending {
        Question question;
        Instant deadline{}, due{};
        Authenticator authenticator{};  ///< of the packet as it was last written
        std::string packet;
        std::vector<bool> tried;     ///< by server
        Duration timeout{};          ///< RT
        std::uint32_t sendings = 0;  ///< to this server
        std::uint16_t server = 0, port = 0;
        std::uint8_t identifier = 0;
        bool sent = false, probe = false;
        bool refused = false;  ///< nobody listened when it was sent, and there was no other server
    };
    struct Server {
        std::string secret;
        Breaker breaker;
        std::vector<Identifiers> ports;
        std::deque<Handle> waiting;  ///< for an identifier; some may be gone
        std::uint16_t last_port = 0;
        std::array<bool, packet_error_count> told{};  ///< that something was dropped, by PacketError
    };

    void begin(Handle handle, Now now, Actions& out);
    [[nodiscard]] std::optional<std::uint16_t> next_server(const Pending& pending, Now now) const;
    void try_next(Handle handle, Now now, Actions& out);
    [[nodiscard]] bool send(Handle handle, std::uint16_t server, Now now, Actions& out);
    void resend(Handle handle, Now now, Actions& out);
    void attempt_failed(Handle handle, bool counts, Now now, Actions& out);
    void leave(Handle handle, Now now, Actions& out);
    void serve_waiting(std::uint16_t server, Now now, Actions& out);
    void complete(Handle handle, Outcome outcome, Now now, Actions& out, Code code = {}, std::string_view attributes = {});
    void go_on(const std::string& session, bool answered, Now now, Actions& out);
    void arm(Handle handle, Pending& pending, Instant at);
    void disarm(Handle handle, const Pending& pending) { timers_.erase({pending.due, handle}); }
    void drop(std::uint16_t server, PacketError error, Actions& out);
    [[nodiscard]] std::uint64_t draw();
    [[nodiscard]] Duration jittered(Duration base, Duration of);

    ClientConfig config_;
    SipKey key_;
    std::uint64_t draws_ = 0;
    Sealer sealer_;
    std::vector<Server> servers_;
    Slab<Pending> pending_;
    std::set<Timer> timers_;
    boost::unordered_flat_map<std::string, std::deque<Handle>> sessions_;  ///< one under way → those behind it
    Counters counters_;
};

}  // namespace offhook::radius
