#include "apps/offhook/storm/team.hpp"

#include <pthread.h>

#include <algorithm>
#include <csignal>

#include "offhook/runtime/clock.hpp"
#include "offhook/runtime/process.hpp"

namespace offhook::cli::storm {

using namespace std::chrono_literals;

SignalsHeld::SignalsHeld() {
    ::sigemptyset(&held_);
    for (const int signal : {SIGINT, SIGTERM}) ::sigaddset(&held_, signal);
    ::pthread_sigmask(SIG_BLOCK, &held_, &before_);
}

SignalsHeld::~SignalsHeld() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

bool SignalsHeld::wait(Duration limit) const {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(limit);
    const timespec time{seconds.count(), std::chrono::nanoseconds(limit - seconds).count()};
    return ::sigtimedwait(&held_, nullptr, &time) > 0;
}

Team::Team(const Plan& plan) : plan_(plan) {}

Team::~Team() { stop(); }

std::expected<void, Failure> Team::start() {
    runtime::Config config;
    config.shards = 1;
    config.batch_window = 0ms;  // what waits here would be taken for the server's delay
    config.handle_signals = false;
    const bool stream = transport::is_reliable(plan_.protocol);
    for (unsigned i = 0; i < (stream ? 1 : plan_.sockets); ++i) config.listen.push_back({plan_.protocol, {plan_.local, 0}, {}, 0});
    config.connections = 1000;
    if (const auto raised = runtime::raise_descriptor_limit(runtime::descriptors_needed(config) * plan_.threads); !raised)
        return std::unexpected(Failure{Exit::usage, raised.error()});
    for (unsigned i = 0; i < plan_.threads; ++i) {
        auto member = std::make_unique<Member>();
        member->runtime = std::make_unique<runtime::Runtime>(config);
        if (const auto bound = member->runtime->bind(); !bound) return std::unexpected(Failure{Exit::usage, bound.error()});
        members_.push_back(std::move(member));
    }
    for (unsigned i = 0; i < plan_.threads; ++i)
        members_[i]->thread = std::thread([this, i, member = members_[i].get()] {
            member->runtime->run([&](runtime::ShardServices& services) { return std::make_unique<Worker>(services, plan_, i, member->shared); });
        });
    return {};
}

void Team::tell(Command command) {
    if (command == Command::run) started_ = runtime::read_clock().steady + 20ms;  // all have heard of it by then
    for (const auto& member : members_) member->runtime->post(0, mail_of(command, static_cast<std::uint64_t>(started_.time_since_epoch().count())));
}

Team::End Team::command(Command command, Duration limit, const std::function<void()>& every_second) {
    for (const auto& member : members_) member->shared.finished = Command::none;
    last_ = command;
    tell(command);
    return wait(command, limit, every_second);
}

Team::End Team::end_early(Duration limit) {
    tell(Command::stop);
    return wait(last_, limit, {});
}

Team::End Team::wait(Command command, Duration limit, const std::function<void()>& every_second) {
    const Instant begin = runtime::read_clock().steady;
    Instant told = begin;
    for (;;) {
        if (std::ranges::all_of(members_, [&](const auto& m) { return m->shared.finished.load(std::memory_order_acquire) == command; }))
            return End::done;
        if (signals_.wait(20ms)) return End::interrupted;
        const Instant now = runtime::read_clock().steady;
        if (now - begin >= limit) return End::late;
        if (every_second && now - told >= 1s) {
            told += 1s;
            every_second();
        }
    }
}

void Team::stop() {
    for (const auto& member : members_) member->runtime->stop();
    for (const auto& member : members_)
        if (member->thread.joinable()) member->thread.join();
}

Statistics Team::sum(Statistics Shared::*part) const {
    Statistics total;
    for (const auto& member : members_) {
        const std::lock_guard lock(member->shared.mutex);
        total.add(member->shared.*part);
    }
    return total;
}

Statistics Team::measured() const { return sum(&Shared::measured); }
Statistics Team::preparation() const { return sum(&Shared::preparation); }

Statistics Team::take_recent() {
    Statistics total;
    for (const auto& member : members_) {
        const std::lock_guard lock(member->shared.mutex);
        total.add(member->shared.recent);
        member->shared.recent.clear();
    }
    return total;
}

std::uint64_t Team::in_progress() const {
    std::uint64_t total = 0;
    for (const auto& member : members_) total += member->shared.in_progress.load(std::memory_order_relaxed);
    return total;
}

}  // namespace offhook::cli::storm
