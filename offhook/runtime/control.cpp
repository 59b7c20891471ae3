#include "offhook/runtime/control.hpp"

#include <pthread.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <mutex>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "offhook/runtime/clock.hpp"
#include "offhook/runtime/descriptor.hpp"
#include "offhook/runtime/dns.hpp"
#include "offhook/runtime/loop_parts.hpp"

namespace offhook::runtime {

namespace {
constexpr Duration idle_poll = std::chrono::milliseconds{20};
}

struct Control::State {
    enum Source : std::uint32_t { wake, dns };
    enum class Phase : std::uint8_t { serving, draining };

    Descriptor wake_descriptor{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    std::atomic<bool> drain_asked{false}, stop_asked{false};
    Loop loop;
    Handle wake_watch = loop.watch(wake_descriptor.get(), {wake, {}}, Loop::Ownership::lent);
    boost::asio::signal_set signals{loop.parts().io};
    Phase phase = Phase::serving;
    Instant drain_until{};
    bool hangup = false;
    std::mutex mutex;
    std::vector<Dns::Question> questions;  ///< of the shards, not yet taken
    std::vector<Dns::Question> taken;

    void notify() {
        const std::uint64_t one = 1;
        static_cast<void>(!::write(wake_descriptor.get(), &one, sizeof one));
    }
    void clear_wake() {
        std::uint64_t count = 0;
        static_cast<void>(!::read(wake_descriptor.get(), &count, sizeof count));
        loop.want_read(wake_watch);
    }
    std::vector<Dns::Question>& take_questions() {
        taken.clear();
        const std::lock_guard lock(mutex);
        std::swap(taken, questions);
        return taken;
    }
    void take_signals() {
        sigset_t ours;
        sigemptyset(&ours);
        for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
            signals.add(signal);
            sigaddset(&ours, signal);
        }
        listen_for_signals();
        ::pthread_sigmask(SIG_UNBLOCK, &ours, nullptr);
    }
    void listen_for_signals() {
        signals.async_wait([this](const boost::system::error_code& error, int signal) {
            if (error) return;
            if (signal == SIGHUP)
                hangup = true;
            else if (phase == Phase::draining || drain_asked.exchange(true))
                stop_asked = true;  // the second one is impatient
            listen_for_signals();
        });
    }
};

Control::Control() : state_(std::make_unique<State>()) {}
Control::~Control() = default;

void Control::take_signals() { state_->take_signals(); }

void Control::ask_drain() {
    state_->drain_asked = true;
    state_->notify();
}

void Control::ask_stop() {
    state_->stop_asked = true;
    state_->notify();
}

void Control::ask_address(std::string host, Ticket ticket) {
    bool was_empty = false;
    {
        const std::lock_guard lock(state_->mutex);
        was_empty = state_->questions.empty();
        state_->questions.push_back({std::move(host), ticket});
    }
    if (was_empty) state_->notify();
}

void Control::begin_drain(const Config& config, Mailer& mailer) {
    state_->phase = State::Phase::draining;
    state_->drain_until = read_clock().steady + config.drain_limit;
    if (on_drain) on_drain();
    for (std::uint16_t shard = 0; shard < mailer.shard_count(); ++shard) {
        Mail mail;
        mail.kind = Mail::Kind::drain;
        mailer.post(shard, std::move(mail));
    }
}

void Control::run(const Config& config, Mailer& mailer, const std::function<bool()>& all_idle) {
    State& s = *state_;
    Dns dns(config.dns, s.loop, State::dns, mailer);
    s.loop.want_read(s.wake_watch);
    Instant now = read_clock().steady;
    while (!s.stop_asked) {
        auto until = dns.next_due(now);
        if (s.phase == State::Phase::draining) until = std::min(until.value_or(Instant::max()), now + idle_poll);
        const auto ready = s.loop.wait(until);
        now = read_clock().steady;
        for (const Loop::Ready& r : ready) {
            if (r.cookie.kind == State::wake)
                s.clear_wake();
            else
                dns.on_ready(r, now);
        }
        for (const Dns::Question& question : s.take_questions()) dns.ask(question, now);
        dns.on_time(now);
        if (std::exchange(s.hangup, false) && on_hangup) on_hangup();
        if (s.phase == State::Phase::draining && (all_idle() || now >= s.drain_until)) break;
        if (s.drain_asked && s.phase == State::Phase::serving) begin_drain(config, mailer);
    }
    boost::system::error_code error;
    std::ignore = s.signals.clear(error);
}

}  // namespace offhook::runtime
