#include "apps/offhook/storm/worker.hpp"

#include <algorithm>
#include <cmath>

#include "offhook/message/validate.hpp"
#include "offhook/runtime/random.hpp"

namespace offhook::cli::storm {

namespace {

using namespace std::chrono_literals;

constexpr Duration publish_interval = 100ms;
constexpr std::size_t preparation_window = 32;  ///< registrations that are under way at once
constexpr Duration probe_limit = 5s;
constexpr transaction::Limits unlimited{.transactions = 50'000'000};

}  // namespace

runtime::Mail mail_of(Command command, std::uint64_t number) {
    runtime::Mail mail;
    mail.kind = runtime::Mail::Kind::configure;
    mail.numbers[0] = static_cast<std::uint64_t>(command);
    mail.numbers[1] = number;
    return mail;
}

Worker::Attempt::Attempt(Worker& w, Kind k, std::uint32_t c, std::uint64_t n, Instant at)
    : Timer([](Timer& t, Now now) {
          auto& a = static_cast<Attempt&>(t);
          a.worker.on_timer(a, now);
      }),
      worker(w),
      kind(k),
      caller(c),
      number(n),
      intended(at) {}

Worker::Worker(runtime::ShardServices& services, const Plan& plan, unsigned index, Shared& shared)
    : plan_(plan),
      index_(index),
      shared_(shared),
      wheel_(services.wheel),
      key_(runtime::random_key()),
      run_(siphash(key_, "run")),
      outbox_(services.sender, now_counted_),
      callees_(plan, services.wheel, outbox_, now_counted_, key_),
      layer_({}, services.wheel, outbox_, observer_, key_, unlimited),
      credentials_(key_),
      launcher_(*this,
                [](Timer& t, Now now) {
                    Worker& worker = static_cast<Ticker&>(t).worker;
                    worker.preparing_ ? worker.refill(now) : worker.launch_due(now);
                }),
      publisher_(*this,
                 [](Timer& t, Now now) {
                     Worker& worker = static_cast<Ticker&>(t).worker;
                     worker.publish();
                     worker.wheel_.arm(t, now.steady + publish_interval);
                 }),
      description_(session_description(plan.local)) {
    callees_.use(layer_);
    layer_.set_user(callees_);
    const auto listeners = services.listeners.all();
    for (std::size_t i = 0; i < listeners.size(); ++i)
        flows_.push_back({plan.protocol, static_cast<std::uint16_t>(i), listeners[i].bound, plan.target, {}});
    wheel_.arm(publisher_, services.now.steady + publish_interval);
}

Worker::~Worker() { publish(); }

void Worker::on_message(const message::Message& message, const transport::Flow& from, Now now) {
    ++now_counted_.received;
    if (command_ == Command::probe && !message.is_request()) now_counted_.probed = message.status();
    if (!message::validate(message)) {
        ++now_counted_.malformed;
        return;
    }
    if (message.is_request() && message.method() == message::Method::cancel) {
        const Outbox::First first(outbox_);  // the layer itself answers it
        return layer_.receive(message, from, now);
    }
    layer_.receive(message, from, now);
}

void Worker::on_mail(runtime::Mail&& mail, Now now) {
    if (mail.kind != runtime::Mail::Kind::configure) return;
    const auto command = static_cast<Command>(mail.numbers[0]);
    if (command == Command::stop) return stop(now);
    begin(command, Instant(Duration(static_cast<Duration::rep>(mail.numbers[1]))), now);
}

void Worker::on_turn_end(Now) { finish_if_done(); }

// Users and attempts are dealt out in turn: to this worker index_, index_ + threads ...
void Worker::begin(Command command, Instant start, Now now) {
    publish();
    command_ = command;
    preparing_ = command != Command::run;
    stopping_ = false;
    next_ = index_;
    end_ = plan_.users.size();
    if (command == Command::run) {
        end_ = plan_.total;
        // Intended instants lie on the grain of the wheel, so that none is late by rounding.
        start_ = wheel_.reached() + std::chrono::ceil<std::chrono::milliseconds>(start - wheel_.reached());
        if (next_ < end_) wheel_.arm(launcher_, due(next_));
    } else if (command == Command::probe) {
        next_ = end_ = index_ + 1;
        if (index_ == 0) launch(Kind::probe, 0, 0, now.steady, now);
    } else {
        refill(now);
    }
}

Instant Worker::due(std::uint64_t attempt) const {
    return start_ + std::chrono::milliseconds(static_cast<std::int64_t>(std::floor(static_cast<double>(attempt) * 1000.0 / plan_.rate)));
}

void Worker::launch_due(Now now) {
    constexpr Kind kinds[] = {Kind::register_, Kind::call, Kind::options, Kind::message};
    for (; next_ < end_ && due(next_) <= now.steady; next_ += plan_.threads) {
        const Instant intended = due(next_);
        ++now_counted_.attempted;
        now_counted_.lag.record(now.steady - intended);
        if (attempts_.size() >= plan_.most_in_progress)
            ++now_counted_.not_sent;
        else
            launch(kinds[static_cast<std::size_t>(plan_.scenario)], next_ % plan_.users.size(), next_, intended, now);
    }
    if (next_ < end_) wheel_.arm(launcher_, due(next_));
}

void Worker::refill(Now now) {
    const Kind kind = command_ == Command::enrol ? Kind::enrol : Kind::withdraw;
    for (; next_ < end_ && attempts_.size() < preparation_window; next_ += plan_.threads) launch(kind, next_, next_, now.steady, now);
}

void Worker::launch(Kind kind, std::uint64_t user, std::uint64_t number, Instant intended, Now now) {
    const Handle handle = attempts_.emplace(*this, kind, static_cast<std::uint32_t>(user), number, intended);
    Attempt& a = *attempts_.find(handle);
    ++uncounted_;
    a.hop = flow_of(user);
    wheel_.arm(a, std::max(intended, now.steady) + (kind == Kind::probe ? probe_limit : plan_.threshold));
    send(handle, a, {}, now);
}

void Worker::stop(Now now) {
    stopping_ = true;
    end_ = next_;
    launcher_.cancel();
    std::vector<Handle> all;
    attempts_.for_each([&](Handle handle, Attempt&) { all.push_back(handle); });
    for (const Handle handle : all) {
        Attempt& a = *attempts_.find(handle);
        if (a.state == State::established) {
            release(handle, a, now);
        } else if (a.state == State::trying || a.state == State::resting) {
            if (!a.counted) ++now_counted_.interrupted;
            give_up(handle, a, now);
        }
    }
}

// Whoever was abandoned is not waited for, unless the user wants an end: then every call is to be released or cancelled.
void Worker::finish_if_done() {
    if (command_ == Command::none) return;
    const bool done = next_ >= end_ && (stopping_ ? attempts_.size() == 0 : uncounted_ == 0);
    if (!done) return;
    publish();
    shared_.finished.store(std::exchange(command_, Command::none), std::memory_order_release);
}

void Worker::publish() {
    shared_.in_progress.store(attempts_.size(), std::memory_order_relaxed);
    const std::lock_guard lock(shared_.mutex);
    if (preparing_) {
        shared_.preparation.add(now_counted_);
    } else {
        shared_.measured.add(now_counted_);
        shared_.recent.add(now_counted_);
    }
    now_counted_.clear();
}

}  // namespace offhook::cli::storm
