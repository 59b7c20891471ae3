// One thread of a storm: its attempts at their intended instants, its called phones, its sockets (through a runtime of one shard).
//
// Open loop: attempt i begins at start + i / rate whatever became of those before, and its latency counts from that instant, even if this
// process itself was late. Between preparation and end:
//
//   trying ──2xx──► (call) established ──hold──► releasing ──2xx──► counted and gone
//     │  └──2xx──► (others) counted and gone
//     ├──threshold or end wanted──► abandoned, counted: a call is cancelled, or released if its 2xx was faster
//     └──any other final response, transport error──► counted and gone
//
// Thread rule: the shard's, but for what Shared says.
#pragma once
#include <atomic>
#include <map>
#include <mutex>
#include <string>

#include "apps/offhook/storm/callees.hpp"
#include "apps/offhook/storm/credentials.hpp"
#include "apps/offhook/storm/outbox.hpp"
#include "apps/offhook/storm/plan.hpp"
#include "apps/offhook/storm/statistics.hpp"
#include "offhook/runtime/shard.hpp"
#include "offhook/transaction/layer.hpp"

namespace offhook::cli::storm {

/// What a worker is told to do, by mail: numbers[0]; each ends by its being named in Shared::finished, but for `stop`, which makes the one under
/// way end soon.
enum class Command : std::uint64_t {
    none,
    probe,     ///< one OPTIONS: is anybody there?
    enrol,     ///< registers this worker's users
    run,       ///< the attempts, from the steady instant numbers[1] (microseconds) on
    withdraw,  ///< removes what was registered
    stop,      ///< nothing new; calls are released or cancelled
};
[[nodiscard]] runtime::Mail mail_of(Command command, std::uint64_t number = 0);

/// Between a worker and the thread that reports. Outlives the worker.
struct Shared {
    std::mutex mutex;
    Statistics measured;     ///< of `run`
    Statistics recent;       ///< the same since it was last taken
    Statistics preparation;  ///< of `probe` and `enrol`
    std::atomic<Command> finished{Command::none};
    std::atomic<std::uint64_t> in_progress{0};
};

class Worker final : public runtime::ShardHandler, private transaction::ClientUser {
public:
    Worker(runtime::ShardServices& services, const Plan& plan, unsigned index, Shared& shared);
    ~Worker() override;

    void on_message(const message::Message& message, const transport::Flow& from, Now now) override;
    void on_malformed(const message::Message&, const message::ParseError&, const transport::Flow&, Now) override { ++now_counted_.malformed; }
    void on_mail(runtime::Mail&& mail, Now now) override;
    void on_send_failure(const transport::SendTag& tag, transport::SendError error, Now now) override { layer_.on_send_failure(tag, error, now); }
    void on_turn_end(Now now) override;
    [[nodiscard]] bool idle() const override { return true; }

private:
    enum class Kind : std::uint8_t { probe, enrol, withdraw, register_, call, options, message };
    enum class State : std::uint8_t { trying, established, releasing, abandoned, resting };

    struct Attempt : Timer {
        Attempt(Worker& w, Kind k, std::uint32_t c, std::uint64_t n, Instant at);
        Worker& worker;
        Kind kind;
        State state = State::trying;
        std::uint8_t answers = 0;  ///< challenges answered, of the request under way
        std::uint8_t rests = 0;    ///< of a preparation that was refused with 503
        bool rang = false, counted = false;
        std::uint32_t caller;
        std::uint64_t number;
        std::uint32_t cseq = 0;
        transaction::ClientId transaction, invite;
        Instant intended, released{};
        // The dialog, once there is one (RFC 3261 §12.1.2).
        std::string to, target, routes, ack;
        transport::Flow hop;
    };
    struct Ticker : Timer {
        Ticker(Worker& w, Fire fire) : Timer(fire), worker(w) {}
        Worker& worker;
    };

    // Driving
    void begin(Command command, Instant start, Now now);
    void stop(Now now);
    void launch_due(Now now);
    void refill(Now now);
    void finish_if_done();
    void publish();
    [[nodiscard]] Instant due(std::uint64_t attempt) const;
    void launch(Kind kind, std::uint64_t user, std::uint64_t number, Instant intended, Now now);

    // One attempt
    void send(Handle handle, Attempt& a, std::string_view credentials, Now now);
    void on_response(transaction::ClientId id, Handle cookie, const message::Message& response, const transport::Flow& from, Now now) override;
    void on_failure(transaction::ClientId id, Handle cookie, Failure failure, Now now) override;
    void on_timer(Attempt& a, Now now);
    void on_provisional(Attempt& a, int status, Now now);
    [[nodiscard]] bool answer_challenge(Handle handle, Attempt& a, const message::Message& response, Now now);
    void on_final(Handle handle, Attempt& a, const message::Message& response, Now now);
    void on_established(Handle handle, Attempt& a, const message::Message& response, Now now);
    void acknowledge(Attempt& a, const message::Message& response);
    void release(Handle handle, Attempt& a, Now now);
    void give_up(Handle handle, Attempt& a, Now now);
    void completed(Handle handle, Attempt& a, Now now);
    void count(Attempt& a) { uncounted_ -= !std::exchange(a.counted, true); }
    void erase(Handle handle);

    // Writing
    [[nodiscard]] std::string_view method_of(const Attempt& a) const;
    [[nodiscard]] std::string request_uri(const Attempt& a) const;
    [[nodiscard]] const transport::Flow& flow_of(std::size_t user) const { return flows_[user % flows_.size()]; }
    void write(std::string& out, const Attempt& a, std::string_view method, std::string_view uri, std::string_view branch,
               std::string_view credentials);
    [[nodiscard]] transport::Flow hop_of(const Attempt& a, std::string_view next) const;

    const Plan& plan_;
    const unsigned index_;
    Shared& shared_;
    Statistics now_counted_;  ///< not yet published
    TimerWheel& wheel_;
    SipKey key_;
    const std::uint64_t run_;  ///< in every Call-ID, so that no two storms have one in common
    Outbox outbox_;
    Callees callees_;
    transaction::Layer layer_;
    Credentials credentials_;
    std::vector<transport::Flow> flows_;  ///< one for each socket
    Observer observer_;
    Slab<Attempt> attempts_;
    std::size_t uncounted_ = 0;  ///< attempts whose end is not known yet
    Command command_ = Command::none;
    bool preparing_ = false, stopping_ = false;
    Instant start_{};
    std::uint64_t next_ = 0, end_ = 0;
    Ticker launcher_, publisher_;
    std::string bytes_, branch_, header_, description_;
};

}  // namespace offhook::cli::storm
