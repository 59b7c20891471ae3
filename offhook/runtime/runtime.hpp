// The runtime of a program: its ports, its shard threads and its control loop. Everything else in the project is sans-I/O.
//
//   Runtime runtime(config);
//   if (auto bound = runtime.bind(); !bound) ...          // every port is ours now, or the error names who has it
//   runtime.run([&](ShardServices& shard) { return ...; });  // until SIGTERM, SIGINT or stop()
//
// Thread rule: construct, bind() and run() on one thread, the control thread; stop(), post() and counters() on any.
#pragma once
#include <expected>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "offhook/runtime/config.hpp"
#include "offhook/runtime/counters.hpp"
#include "offhook/runtime/mail.hpp"
#include "offhook/runtime/radius_watch.hpp"
#include "offhook/runtime/shard.hpp"

namespace offhook::runtime {

class Runtime final : public Mailer {
public:
    explicit Runtime(Config config);
    ~Runtime() override;
    Runtime(const Runtime&) = delete;
    Runtime& operator=(const Runtime&) = delete;

    /// Opens every port, exclusively first, then shared among the shards (design rule 11). On failure nothing stays open, and the
    /// error names port, protocol and, where it can be found, the process that holds it.
    [[nodiscard]] std::expected<void, std::string> bind();
    [[nodiscard]] const transport::ListenerTable& listeners() const;  ///< after bind(): with the real ports
    /// After bind(): what the system gave less of than was asked for, a sentence each.
    [[nodiscard]] std::span<const std::string> warnings() const;

    /// Called on the control thread at SIGHUP.
    void on_hangup(std::function<void()> callback);
    /// Called on the control thread when a stop was asked for, before the shards are told to drain.
    void on_drain(std::function<void()> callback);

    void on_radius(RadiusWatch watch);

    /// Makes one handler for each shard, one after another on this thread, starts the shards and serves until it is stopped. The
    /// first SIGTERM or SIGINT drains: every shard gets Mail::drain, and it ends when every handler is idle or drain_limit has
    /// passed; a second one ends it at once. The handlers are destroyed on this thread after the last shard has stopped.
    void run(const MakeHandler& make);
    void drain();  ///< as the first SIGTERM does
    void stop();   ///< at once; queued datagrams still leave

    void post(std::uint16_t shard, Mail&& mail) override;
    void post_all(std::uint16_t shard, std::span<Mail> mails) override;
    [[nodiscard]] std::uint16_t shard_count() const override;
    [[nodiscard]] std::uint16_t shard_of(std::string_view key) const override;

    [[nodiscard]] Counters counters() const;  ///< of all shards together, and of the RADIUS client

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace offhook::runtime
