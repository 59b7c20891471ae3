#include "offhook/journal/delivery.hpp"

#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "offhook/journal/postgres.hpp"
#include "offhook/runtime/clock.hpp"
#include "offhook/store/names.hpp"

namespace offhook::journal {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t page_size = 500;  // events read and delivered together
constexpr std::size_t page_octets = std::size_t{512} * 1024;
constexpr Duration first_pause = 1s, longest_pause = 60s;
constexpr Duration closing_time = 2s;

UtcTime utc_now() { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }

/// Leaves what a receiver surely takes at once; of a page that is offered again (`last` is not 0) as much as before. True if something was cut off.
bool cut_to_size(std::vector<store::Event>& page, std::uint64_t last) {
    std::size_t octets = 0;
    const auto end = std::ranges::find_if(page, [&](const store::Event& event) {
        octets += event.payload.size();
        return (octets > page_octets && &event != &page.front()) || (last != 0 && event.seq > last);
    });
    const bool cut = end != page.end();
    page.erase(end, page.end());
    return cut;
}

/// For a person: where the sink is.
std::string target_of(const SinkConfig& config) {
    if (config.kind == SinkConfig::Kind::http) return config.url;
    if (config.kind == SinkConfig::Kind::postgresql) return describe_connection(config.connection);
    if (config.kind != SinkConfig::Kind::radius) return config.file;
    std::string servers;
    for (const Endpoint& server : config.servers) servers += (servers.empty() ? "" : ",") + server.text();
    return servers;
}

}  // namespace

Delivery::Delivery(SinkConfig config, std::unique_ptr<Sink> sink, store::Store& store, Note note)
    : config_(std::make_shared<const SinkConfig>(std::move(config))),
      sink_(std::move(sink)),
      store_(store),
      note_(std::move(note)),
      back_off_(first_pause) {
    // Signals belong to the control loop (rule 11): the thread inherits a mask that blocks them all.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Delivery::~Delivery() { ask_to_stop(); }

void Delivery::ask_to_stop() {
    if (thread_.get_stop_token().stop_requested()) return;
    sink_->closing().set(runtime::read_clock().steady + closing_time);
    thread_.request_stop();
}

void Delivery::run(const std::stop_token& stop) {
    pthread_setname_np(pthread_self(), "offhook-sink");
    for (;;) {
        const bool ending = stop.stop_requested();
        if (ending && sink_->closing().reached()) return;
        const auto more = step();
        if (more)
            worked();
        else
            failed(more.error());
        if (ending && (!more || !*more)) return;
        if (!more)
            pause(std::exchange(back_off_, std::min(back_off_ * 2, longest_pause)), stop);
        else if (!*more && store_.journal_bell().wait(position_, stop))
            pause(config_->delay, stop);
    }
}

std::expected<void, std::string> Delivery::open() {
    const auto noted = store_.reader().position(config_->name);
    if (!noted) return std::unexpected(noted.error());
    noted_ = *noted;
    {
        const std::lock_guard lock(mutex_);
        position_ = std::max(*noted, position_);
    }
    const auto held = open_sink(position_);
    if (!held) {
        note_oldest();
        return std::unexpected(held.error());
    }
    const std::lock_guard lock(mutex_);
    position_ = *held;
    open_ = true;
    return {};
}

// An event that the database knows to be held may be purged long since; a later one cannot be, so it is there if the sink is of this journal.
std::expected<std::uint64_t, std::string> Delivery::open_sink(std::uint64_t known) {
    const auto held = sink_->open(known);
    if (!held || *held <= known) return held;
    const auto event = store_.reader().events(*held - 1, 1);
    if (!event) return std::unexpected(event.error());
    const bool there = !event->empty() && event->front().seq == *held;
    if (auto same = sink_->compare(there ? &event->front() : nullptr); !same) return std::unexpected(same.error());
    return held;
}

// Of a sink that cannot be opened: since when it lacks something.
void Delivery::note_oldest() {
    const auto first = store_.reader().events(position_, 1);
    if (!first || first->empty()) return;
    const std::lock_guard lock(mutex_);
    oldest_ = first->front().time;
}

// One page. True: there may be more.
std::expected<bool, std::string> Delivery::step() {
    if (!open_)
        if (auto opened = open(); !opened) return std::unexpected(opened.error());
    // Asked before the page is read: every event up to it is committed, so a page that is not cut has them all.
    const std::uint64_t newest = store_.journal_bell().last();
    auto page = store_.reader().events(position_, page_size);
    if (!page) return std::unexpected(page.error());
    const bool cut = cut_to_size(*page, retried_) || page->size() == page_size;
    const std::uint64_t last = page->empty() ? 0 : page->back().seq;
    const std::uint64_t end = cut ? std::max(last, position_) : std::max(newest, last);
    if (end > position_) {
        const std::lock_guard lock(mutex_);
        if (!page->empty()) oldest_ = page->front().time;
    }
    retried_ = end;
    if (auto done = deliver(*page); !done) return std::unexpected(done.error());
    retried_ = 0;
    {
        const std::lock_guard lock(mutex_);
        position_ = std::max(position_, end);
        if (!cut) oldest_ = {};
    }
    note_position();
    return cut;
}

// Where the store takes no more just now, it is told with the next page.
void Delivery::note_position() {
    if (position_ != noted_ && store_.put_position({config_->name, position_})) noted_ = position_;
}

std::expected<void, std::string> Delivery::deliver(std::vector<store::Event>& page) {
    std::erase_if(page, [this](const store::Event& event) { return !wants(event); });
    if (page.empty()) return {};
    const auto done = sink_->deliver(page);
    if (!done) {
        open_ = false;
        return std::unexpected(done.error());
    }
    {
        const std::lock_guard lock(mutex_);
        delivered_ += page.size();
        refused_ += done->refused;
    }
    if (done->refused != 0)
        note_(Severity::error, "sink " + config_->name + ": " + std::to_string(done->refused) + " refused and put aside: " + done->reason);
    return {};
}

bool Delivery::wants(const store::Event& event) const {
    if (takes_calls_only(config_->kind) && !event.record) return false;
    if (config_->kind == SinkConfig::Kind::csv) return event.kind == name_of(store::EventKind::call_ended);
    if (config_->kind == SinkConfig::Kind::radius && event.kind == name_of(store::EventKind::call_rerated)) return false;  // no Acct-Status-Type says that: RFC 2866 §5.1
    return config_->events.empty() || std::ranges::find(config_->events, event.kind) != config_->events.end();
}

void Delivery::pause(Duration time, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    stopped_.wait_for(lock, stop, time, [&] { return stop.stop_requested(); });
}

void Delivery::failed(const std::string& why) {
    bool first = false;
    {
        const std::lock_guard lock(mutex_);
        first = error_ != why;
        error_ = why;
        ++failures_;
    }
    if (first) note_(Severity::error, "sink " + config_->name + ": " + why + "; events wait and it is tried again");
}

void Delivery::worked() {
    back_off_ = first_pause;
    {
        const std::lock_guard lock(mutex_);
        if (error_.empty()) return;
        error_.clear();
    }
    note_(Severity::info, "sink " + config_->name + ": works again");
}

DeliveryStatus Delivery::status() const {
    const std::lock_guard lock(mutex_);
    const std::uint64_t newest = store_.journal_bell().last();
    DeliveryStatus s;
    s.name = config_->name;
    s.kind = name_of(config_->kind);
    s.target = target_of(*config_);
    s.config = config_;
    s.position = position_;
    s.backlog = newest > position_ ? newest - position_ : 0;
    if (oldest_ != UtcTime{}) s.age = std::max(Duration{0}, utc_now() - oldest_);
    s.delivered = delivered_;
    s.refused = refused_;
    s.failures = failures_;
    s.error = error_;
    return s;
}

}  // namespace offhook::journal
