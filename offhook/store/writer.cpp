#include "offhook/store/writer.hpp"

#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <tuple>
#include <utility>

#include "offhook/base/text.hpp"
#include "offhook/store/event.hpp"

namespace offhook::store {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t group_limit = 1024;   // rows: bounds how long the first of a long queue waits for the last
constexpr std::size_t kept_limit = 8'000;   // records: as many as the log takes at once, should they end there
constexpr std::size_t kept_places = 4096;   // of the queue, for their memory: a rush does not hold it for ever
constexpr auto retry_pause = 50ms;
constexpr auto probe_interval = 500ms;
constexpr int purge_batch = 2000;  // bindings looked at: a few milliseconds
constexpr int purge_event_batch = 2000;
constexpr auto purge_again = 100ms;

UtcTime utc_now() { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }

std::int64_t ticks(std::chrono::steady_clock::time_point t) {
    return std::chrono::duration_cast<std::chrono::microseconds>(t.time_since_epoch()).count();
}

runtime::Mail committed(Ticket ticket, bool ok) {
    runtime::Mail mail;
    mail.kind = runtime::Mail::Kind::committed;
    mail.ok = ok;
    mail.ticket = ticket;
    return mail;
}

runtime::Mail granted(Ticket ticket, const accounting::Grant& grant) {
    runtime::Mail mail;
    mail.kind = runtime::Mail::Kind::granted;
    mail.ok = grant.rule == charging::Rule::none;
    mail.ticket = ticket;
    mail.numbers[0] = static_cast<std::uint64_t>(grant.rule);
    mail.numbers[1] = static_cast<std::uint64_t>(grant.lasts.count());
    return mail;
}

constexpr accounting::Grant nobody_asked{charging::Rule::unavailable, Duration{}};

}  // namespace

Writer::Writer(const Config& config, std::unique_ptr<WriteSession> session, BindingTable& bindings, UserTable& users,
               TariffTable& tariffs, runtime::Mailer* mailer, Note note)
    : config_(config),
      session_(std::move(session)),
      bindings_(bindings),
      users_(users),
      tariffs_(tariffs),
      mailer_(mailer),
      note_(std::move(note)) {}

Writer::~Writer() { stop(); }

void Writer::start(std::span<const std::uint64_t> in_progress) {
    in_progress_.insert(in_progress.begin(), in_progress.end());
    bell_.ring(session_->last_event());
    open_ = true;
    last_house_ = Clock::now();
    // Signals belong to the control loop (rule 11): the thread inherits a mask that blocks them all.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { run(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

std::vector<std::string> Writer::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        open_ = false;
    }
    rows_.notify_all();
    stop_.notify_all();
    if (thread_.joinable()) thread_.join();
    std::vector<std::string> unwritten;
    unwritten.reserve(kept_.size());
    for (const accounting::CallRecord& record : kept_) append_event(unwritten.emplace_back(), record);
    return unwritten;
}

// Submitting ------------------------------------------------------------------------------------------------------------------

Write* Writer::claim(Ticket ticket) {
    if (!open_ || queued_ >= config_.queue_limit) {
        refused_.fetch_add(1, std::memory_order_relaxed);
        return nullptr;
    }
    if (queued_ == queue_.size()) queue_.emplace_back();
    Write& write = queue_[queued_++];
    write.ticket = ticket;
    write.since = Clock::now();
    if (queued_ == 1) {
        queue_oldest_.store(ticks(write.since), std::memory_order_relaxed);
        rows_.notify_one();
    }
    return &write;
}

void Writer::submit(location::BindingSnapshot next, Ticket ticket) {
    if (next) {
        const std::lock_guard lock(mutex_);
        if (Write* write = claim(ticket)) {
            write->kind = Write::Kind::bindings;
            write->bindings = std::move(next);
            return;
        }
    }
    refuse(ticket);
}

void Writer::submit(const accounting::CallRecord& record, Ticket ticket) {
    {
        const std::lock_guard lock(mutex_);
        if (Write* write = claim(ticket)) {
            write->kind = Write::Kind::record;
            write->record = record;
            return;
        }
    }
    refuse(ticket);
}

void Writer::submit(const accounting::ChargeRequest& request, std::optional<Duration> wanted, Ticket ticket) {
    {
        const std::lock_guard lock(mutex_);
        if (Write* write = claim(ticket)) {
            write->kind = Write::Kind::charge;
            write->charge.request = request;
            write->charge.extends = wanted.has_value();
            write->charge.wanted = wanted.value_or(Duration{});
            return;
        }
    }
    if (ticket.handle && mailer_ != nullptr) mailer_->post(ticket.shard, granted(ticket, nobody_asked));
}

std::future<AdminResult> Writer::submit(decltype(AdminRequest::change) change) {
    auto request = std::make_unique<AdminRequest>();
    request->change = std::move(change);
    std::future<AdminResult> result = request->done.get_future();
    {
        const std::lock_guard lock(mutex_);
        if (Write* write = claim({})) {
            write->kind = Write::Kind::admin;
            write->admin = std::move(request);
            return result;
        }
    }
    request->done.set_value(
        std::unexpected(AdminError{AdminError::Code::unavailable, "the store takes no more writes: its queue is full or it is ending"}));
    return result;
}

bool Writer::submit(SinkPosition sink) {
    const std::lock_guard lock(mutex_);
    Write* write = claim({});
    if (write == nullptr) return false;
    write->kind = Write::Kind::sink;
    write->sink = std::move(sink);
    return true;
}

void Writer::refuse(Ticket ticket) {
    if (ticket.handle && mailer_ != nullptr) mailer_->post(ticket.shard, committed(ticket, false));
}

// Health ----------------------------------------------------------------------------------------------------------------------

bool Writer::healthy() const {
    if (failing_.load(std::memory_order_relaxed)) return false;
    const std::int64_t limit = ticks(Clock::now()) - std::chrono::duration_cast<std::chrono::microseconds>(config_.store_limit).count();
    const auto young = [limit](std::int64_t since) { return since == 0 || since >= limit; };
    return young(queue_oldest_.load(std::memory_order_relaxed)) && young(batch_oldest_.load(std::memory_order_relaxed));
}

WriterHealth Writer::health() const {
    WriterHealth h;
    h.healthy = healthy();
    const std::int64_t now = ticks(Clock::now());
    for (const auto* oldest : {&queue_oldest_, &batch_oldest_})
        if (const std::int64_t since = oldest->load(std::memory_order_relaxed); since != 0)
            h.oldest = std::max(h.oldest, std::chrono::microseconds(now - since));
    h.committed = committed_.load(std::memory_order_relaxed);
    h.groups = groups_.load(std::memory_order_relaxed);
    h.failed_groups = failed_groups_.load(std::memory_order_relaxed);
    h.rejected = rejected_.load(std::memory_order_relaxed);
    h.refused = refused_.load(std::memory_order_relaxed);
    h.kept = kept_count_.load(std::memory_order_relaxed);
    const std::lock_guard lock(error_mutex_);
    h.last_error = last_error_;
    return h;
}

void Writer::set_failing(bool failing) {
    if (failing_.exchange(failing, std::memory_order_relaxed) == failing || !note_) return;
    if (!failing) return note_(Severity::info, "the database can be written again");
    note_(Severity::error, "the database cannot be written: " + failure_.text + "; new calls are refused, " + std::to_string(kept_.size()) +
                               " call records wait for it so far, and it is tried again");
}

void Writer::note(const Failure& failure) {
    failed_groups_.fetch_add(1, std::memory_order_relaxed);
    const std::lock_guard lock(error_mutex_);
    last_error_ = failure.text;
}

// The thread ------------------------------------------------------------------------------------------------------------------

void Writer::run() {
    pthread_setname_np(pthread_self(), "offhook-writer");
    while (take()) {
        for (std::size_t from = 0; from < batched_; from += group_limit) {
            write_kept();
            write_all(std::span(batch_).subspan(from, std::min(group_limit, batched_ - from)));
        }
        for (std::size_t i = 0; i < batched_; ++i) {
            batch_[i].bindings.reset();
            batch_[i].admin.reset();
        }
        if (batch_.size() > kept_places) batch_.resize(kept_places);
        batched_ = 0;
        batch_oldest_.store(0, std::memory_order_relaxed);
        if (Clock::now() - last_house_ >= config_.purge_interval || failing_.load(std::memory_order_relaxed) || !kept_.empty()) keep_house();
    }
    write_kept_at_last();
    session_->checkpoint();
}

bool Writer::take() {
    std::unique_lock lock(mutex_);
    const auto pause =
        failing_.load(std::memory_order_relaxed) || !kept_.empty() ? std::chrono::milliseconds(probe_interval) : config_.purge_interval;
    rows_.wait_for(lock, pause, [this] { return queued_ != 0 || stopping_; });
    if (queued_ == 0) return !stopping_;
    // One group each window: rows that come meanwhile share its wait for the disk.
    stop_.wait_until(lock, last_group_ + config_.commit_window, [this] { return stopping_; });
    std::swap(queue_, batch_);
    batched_ = std::exchange(queued_, 0);
    batch_oldest_.store(queue_oldest_.load(std::memory_order_relaxed), std::memory_order_relaxed);
    queue_oldest_.store(0, std::memory_order_relaxed);
    last_group_ = Clock::now();
    return true;
}

void Writer::write_all(std::span<Write> group) {
    Result result = write_together(group);
    // While it fails already, each group gets one try only: a queue is not to wait for each in turn.
    const auto until = Clock::now() + (failing_.load(std::memory_order_relaxed) ? std::chrono::milliseconds(0) : config_.retry_for);
    while (result == Result::database_failed) {
        std::unique_lock lock(mutex_);
        if (Clock::now() >= until || stop_.wait_for(lock, retry_pause, [this] { return stopping_; })) break;
        lock.unlock();
        result = write_together(group);
    }
    if (result == Result::done) return forget_older(group);
    if (result == Result::database_failed) return fail(group, failure_.text);
    if (group.size() == 1) return reject(group[0]);
    for (Write& write : group) write_all({&write, 1});
}

// A kept record that could not be written a moment ago must not come after its call's newer row.
void Writer::forget_older(std::span<const Write> group) {
    for (const Write& write : group)
        if (!kept_.empty() && write.kind == Write::Kind::record) std::erase_if(kept_, [&](const auto& kept) { return kept.id == write.record.id; });
    kept_count_.store(kept_.size(), std::memory_order_relaxed);
}

Writer::Result Writer::write_together(std::span<Write> group) {
    const UtcTime now = utc_now();
    results_.clear();
    group_sets_.clear();
    group_started_.clear();
    Outcome<void> outcome = session_->begin();
    for (std::size_t i = 0; outcome && i < group.size(); ++i) outcome = apply(group[i], now);
    if (outcome) outcome = session_->commit();
    if (outcome) {
        // Only what surely wrote proves that the database can be written: a barrier or an unchanged set commits on a full disk too.
        if (std::ranges::any_of(group, [](const Write& w) { return w.kind == Write::Kind::record; }))
            set_failing(false);
        committed_.fetch_add(group.size(), std::memory_order_relaxed);
        groups_.fetch_add(1, std::memory_order_relaxed);
        finish(group);
        bell_.ring(session_->last_event());
        return Result::done;
    }
    session_->rollback();
    for (const std::uint64_t id : group_started_) in_progress_.erase(id);
    failure_ = outcome.error();
    note(failure_);
    return failure_.of_the_row ? Result::row_failed : Result::database_failed;
}

Outcome<void> Writer::apply(Write& write, UtcTime now) {
    switch (write.kind) {
        case Write::Kind::bindings:
            return put_bindings(*write.bindings, now);
        case Write::Kind::record: {
            const accounting::CallRecord& r = write.record;
            const bool known = in_progress_.contains(r.id), started = !known && r.in_progress();
            if (started) {
                in_progress_.insert(r.id);
                group_started_.push_back(r.id);
            }
            const EventKind event = started ? EventKind::call_started : r.in_progress() ? EventKind::call_updated : EventKind::call_ended;
            return session_->put_record(r, known, event, now);
        }
        case Write::Kind::charge: {
            const Outcome<accounting::Grant> outcome = session_->charge(write.charge, now);
            if (!outcome) return std::unexpected(outcome.error());
            write.charge.granted = *outcome;
            return {};
        }
        case Write::Kind::admin:
            return change(*write.admin, now);
        case Write::Kind::sink:
            return session_->put_position(write.sink);
    }
    return {};
}

// What the group wrote before is not published yet, but it is what the database holds.
Outcome<void> Writer::put_bindings(const location::BindingSet& next, UtcTime now) {
    const auto [written, first] = group_sets_.try_emplace(next.address_of_record, &next);
    if (!first) return session_->put_bindings(std::exchange(written->second, &next), next, now);
    const location::BindingSnapshot published = bindings_.find(next.address_of_record);
    return session_->put_bindings(published.get(), next, now);
}

// Who may not register any more is not reachable any more either, and whoever gets the name next must not get his phones with it.
Outcome<void> Writer::change(AdminRequest& request, UtcTime now) {
    request.emptied.clear();
    if (const auto* changes = std::get_if<std::vector<UserChange>>(&request.change))
        for (const UserChange& change : *changes)
            if (change.shuts_out()) request.emptied.push_back(location::make_snapshot({address_of_record(change.user), {}}));
    if (!request.emptied.empty() && !purging_.load(std::memory_order_acquire)) {
        results_.push_back(std::unexpected(AdminError{AdminError::Code::unavailable, "the registrations are still being loaded: try again in a moment"}));
        return {};
    }
    Outcome<AdminResult> result = session_->change(request, now);
    if (!result) return std::unexpected(result.error());
    Outcome<void> outcome;
    if (!*result) request.emptied.clear();
    for (std::size_t i = 0; outcome && i < request.emptied.size(); ++i) outcome = put_bindings(*request.emptied[i], now);
    results_.push_back(std::move(*result));
    return outcome;
}

// Published first, told then: who is told may look at once.
void Writer::finish(std::span<Write> group) {
    std::size_t request = 0;
    for (Write& write : group) {
        if (write.kind == Write::Kind::bindings) bindings_.publish(write.bindings);
        if (write.kind == Write::Kind::record && !write.record.in_progress()) in_progress_.erase(write.record.id);
        if (write.kind == Write::Kind::admin && results_[request++]) publish(*write.admin);
    }
    for (const Write& write : group) answer(write, true);
    post_answers();
    request = 0;  // who waits for a barrier finds all before it answered
    for (Write& write : group)
        if (write.kind == Write::Kind::admin) write.admin->done.set_value(std::move(results_[request++]));
}

void Writer::publish(const AdminRequest& request) {
    if (const auto* changes = std::get_if<std::vector<UserChange>>(&request.change))
        for (const UserChange& change : *changes) users_.apply(change);
    for (const location::BindingSnapshot& set : request.emptied) bindings_.publish(set);
    if (const auto* tariff = std::get_if<TariffChange>(&request.change)) tariffs_.apply(*tariff);
}

void Writer::fail(std::span<Write> group, const std::string& why) {
    for (Write& write : group) {
        // What a call cost must not be lost with a full disk: its record is written when the database can again.
        if (write.kind == Write::Kind::record) {
            if (kept_.size() < kept_limit)
                kept_.push_back(write.record);
            else
                refused_.fetch_add(1, std::memory_order_relaxed);
        }
        answer(write, false);
    }
    kept_count_.store(kept_.size(), std::memory_order_relaxed);
    set_failing(true);
    post_answers();
    for (Write& write : group)
        if (write.kind == Write::Kind::admin)
            write.admin->done.set_value(std::unexpected(AdminError{AdminError::Code::unavailable, "the database cannot be written: " + why}));
}

void Writer::reject(Write& write) {
    const std::string why = failure_.text;
    std::string_view kind;
    std::string key, payload;
    if (write.kind == Write::Kind::bindings) {
        kind = "binding";
        key = write.bindings->address_of_record;
        payload = "[";
        for (const location::Binding& b : write.bindings->bindings) {
            if (payload.size() > 1) payload += ',';
            append_event(payload, key, b);
        }
        payload += ']';
    } else if (write.kind == Write::Kind::record) {
        kind = "call_record";
        key = to_hex(write.record.id);
        append_event(payload, write.record);
    } else if (write.kind == Write::Kind::charge) {
        kind = "charge";
        key = to_hex(write.charge.request.record);
        append_event(payload, write.charge.request);
    } else if (write.kind == Write::Kind::sink) {
        kind = "sink";
        key = write.sink.name;
        append_number(payload, write.sink.seq);
    } else {
        kind = write.admin->kind();
        key = write.admin->key();
        const auto* users = std::get_if<std::vector<UserChange>>(&write.admin->change);
        if (users != nullptr && !users->empty()) append_event(payload, users->front());
    }
    Outcome<void> outcome = session_->begin();
    if (outcome) outcome = session_->reject(kind, key, why, payload, utc_now());
    if (outcome) outcome = session_->commit();
    if (!outcome) {
        session_->rollback();
        note(outcome.error());
    }
    rejected_.fetch_add(1, std::memory_order_relaxed);
    if (write.kind == Write::Kind::admin)
        write.admin->done.set_value(std::unexpected(AdminError{AdminError::Code::unavailable, "the database refuses " + key + ": " + why}));
    answer(write, false);
    post_answers();
}

void Writer::answer(const Write& write, bool ok) {
    if (!write.ticket.handle || mailer_ == nullptr) return;
    if (write.ticket.shard >= answers_.size()) answers_.resize(write.ticket.shard + 1U);
    answers_[write.ticket.shard].push_back(write.kind == Write::Kind::charge ? granted(write.ticket, ok ? write.charge.granted : nobody_asked)
                                                                             : committed(write.ticket, ok));
}

void Writer::post_answers() {
    for (std::size_t shard = 0; shard < answers_.size(); ++shard) {
        if (answers_[shard].empty()) continue;
        mailer_->post_all(static_cast<std::uint16_t>(shard), answers_[shard]);
        answers_[shard].clear();
    }
}

// Housekeeping ----------------------------------------------------------------------------------------------------------------

void Writer::write_kept() {
    while (!kept_.empty()) {
        Write write;
        write.kind = Write::Kind::record;
        write.record = kept_.front();
        const Result result = write_together({&write, 1});
        if (result == Result::database_failed) break;
        if (result == Result::row_failed) reject(write);
        kept_.pop_front();
    }
    kept_count_.store(kept_.size(), std::memory_order_relaxed);
}

// The last chance: a lock may pass, and what the database does not take now, it never gets.
void Writer::write_kept_at_last() {
    const auto until = Clock::now() + config_.retry_for;
    for (write_kept(); !kept_.empty() && Clock::now() < until; write_kept()) std::this_thread::sleep_for(retry_pause);
}

void Writer::keep_house() {
    last_house_ = Clock::now();
    write_kept();
    const UtcTime now = utc_now();
    if (purging_.load(std::memory_order_acquire)) purge_bindings(now);
    Outcome<void> outcome = session_->begin();
    if (outcome && failing_.load(std::memory_order_relaxed)) outcome = session_->probe(now);
    if (outcome) {
        const Outcome<long long> purged = session_->purge_events(now - config_.keep_events, purge_event_batch);
        outcome = purged ? session_->commit() : Outcome<void>(std::unexpected(purged.error()));
        // More events than one batch for each interval: the rest of them soon, or the journal would grow for ever.
        if (purged && *purged == purge_event_batch) last_house_ -= config_.purge_interval - purge_again;
    }
    if (!outcome) {
        session_->rollback();
        note(outcome.error());
    }
    // Whether it fails is found by what must be written: that is tried for longer than once.
    if (outcome || outcome.error().of_the_row) set_failing(false);
}

void Writer::purge_bindings(UtcTime now) {
    const UtcTime before = now - config_.purge_after;
    const Outcome<WriteSession::Expired> expired = session_->look_for_expired(purge_place_, before, purge_batch);
    if (!expired) return note(expired.error());
    purge_place_ = expired->next;
    const std::vector<std::string>& addresses = expired->addresses;
    if (addresses.empty()) return;
    std::vector<location::BindingSnapshot> sets;
    Outcome<void> outcome = session_->begin();
    for (std::size_t i = 0; outcome && i < addresses.size(); ++i) {
        const location::BindingSnapshot published = bindings_.find(addresses[i]);
        std::vector<location::Binding> left;
        if (published)
            std::ranges::copy_if(published->bindings, std::back_inserter(left), [before](const location::Binding& b) { return b.expires >= before; });
        const location::BindingSnapshot next = location::make_snapshot({addresses[i], left});
        outcome = session_->put_bindings(published.get(), *next, now);
        sets.push_back(next);
    }
    if (outcome) outcome = session_->commit();
    if (!outcome) {
        session_->rollback();
        note(outcome.error());
        return;
    }
    for (const location::BindingSnapshot& set : sets) bindings_.publish(set);
    bell_.ring(session_->last_event());
}

}  // namespace offhook::store
