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
#include "offhook/runtime/radius.hpp"

namespace offhook::runtime {

namespace {
constexpr Duration idle_poll = std::chrono::milliseconds{20};
}

struct Control::State {
    template <class Question>
    struct Queue {
        std::vector<Question> waiting, taken;
    };
    enum Source : std::uint32_t { wake, dns, radius_servers };
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
    Queue<Dns::Question> names;  ///< asked for by the shards
    Queue<radius::Question> radius_questions;

    void notify() {
        const std::uint64_t one = 1;
        static_cast<void>(!::write(wake_descriptor.get(), &one, sizeof one));
    }
    void clear_wake() {
        std::uint64_t count = 0;
        static_cast<void>(!::read(wake_descriptor.get(), &count, sizeof count));
        loop.want_read(wake_watch);
    }
    template <class Question>
    void put(Queue<Question>& queue, Question question) {
        bool was_empty = false;
        {
            const std::lock_guard lock(mutex);
            was_empty = queue.waiting.empty();
            queue.waiting.push_back(std::move(question));
        }
        if (was_empty) notify();
    }
    template <class Question>
    std::vector<Question>& take(Queue<Question>& queue) {
        queue.taken.clear();
        const std::lock_guard lock(mutex);
        std::swap(queue.taken, queue.waiting);
        return queue.taken;
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

void Control::ask_address(std::string host, Ticket ticket) { state_->put(state_->names, Dns::Question{std::move(host), ticket}); }

void Control::ask(radius::Question&& question) { state_->put(state_->radius_questions, std::move(question)); }

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
    Radius servers(config.radius, s.loop, State::radius_servers, mailer, on_radius, radius_counters);
    s.loop.want_read(s.wake_watch);
    Now now = read_clock();
    while (!s.stop_asked) {
        auto until = dns.next_due(now.steady);
        if (const auto due = servers.next_due()) until = std::min(until.value_or(Instant::max()), *due);
        if (s.phase == State::Phase::draining) until = std::min(until.value_or(Instant::max()), now.steady + idle_poll);
        const auto ready = s.loop.wait(until);
        now = read_clock();
        for (const Loop::Ready& r : ready) {
            if (r.cookie.kind == State::wake)
                s.clear_wake();
            else if (r.cookie.kind == State::dns)
                dns.on_ready(r, now.steady);
            else
                servers.on_ready(r, now);
        }
        for (const Dns::Question& question : s.take(s.names)) dns.ask(question, now.steady);
        dns.on_time(now.steady);
        for (radius::Question& question : s.take(s.radius_questions)) servers.ask(std::move(question), now);
        servers.on_time(now);
        if (std::exchange(s.hangup, false) && on_hangup) on_hangup();
        if (s.phase == State::Phase::draining && (all_idle() || now.steady >= s.drain_until)) break;
        if (s.drain_asked && s.phase == State::Phase::serving) begin_drain(config, mailer);
    }
    boost::system::error_code error;
    std::ignore = s.signals.clear(error);
}

}  // namespace offhook::runtime
