// The workers of a storm, each with a runtime of one shard, and the thread that commands them, shows progress and takes signals.
#pragma once
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "apps/offhook/storm/worker.hpp"
#include "offhook/runtime/runtime.hpp"

namespace offhook::cli::storm {

/// SIGINT and SIGTERM wait to be asked for: for this thread and those that it starts while one of these lives.
class SignalsHeld {
public:
    SignalsHeld();
    ~SignalsHeld();
    SignalsHeld(const SignalsHeld&) = delete;
    SignalsHeld& operator=(const SignalsHeld&) = delete;
    /// Whether one has come; waits for it as long as that.
    [[nodiscard]] bool wait(Duration limit) const;

private:
    sigset_t held_, before_;
};

class Team {
public:
    explicit Team(const Plan& plan);
    ~Team();
    Team(const Team&) = delete;
    Team& operator=(const Team&) = delete;

    /// Opens the sockets and starts the threads.
    [[nodiscard]] std::expected<void, Failure> start();
    /// Tells every worker, and waits until all have done it, until `limit` has passed or until interrupted; `every_second` is called meanwhile.
    enum class End : std::uint8_t { done, late, interrupted };
    [[nodiscard]] End command(Command command, Duration limit, const std::function<void()>& every_second = {});
    /// For those that an interrupted command left: waits for their end.
    [[nodiscard]] End end_early(Duration limit);
    void stop();  ///< ends the threads; what they counted is complete then

    [[nodiscard]] Statistics measured() const;
    [[nodiscard]] Statistics preparation() const;
    [[nodiscard]] Statistics take_recent();  ///< since the last call
    [[nodiscard]] std::uint64_t in_progress() const;
    [[nodiscard]] Instant started() const { return started_; }  ///< the first intended instant of Command::run

private:
    struct Member {
        std::unique_ptr<runtime::Runtime> runtime;
        Shared shared;
        std::thread thread;
    };
    void tell(Command command);
    [[nodiscard]] End wait(Command command, Duration limit, const std::function<void()>& every_second);
    [[nodiscard]] Statistics sum(Statistics Shared::*part) const;

    const Plan& plan_;
    SignalsHeld signals_;
    std::vector<std::unique_ptr<Member>> members_;
    Command last_ = Command::none;
    Instant started_{};
};

}  // namespace offhook::cli::storm
