#include "offhook/accounting/accounting.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "offhook/base/text.hpp"
#include "offhook/message/body.hpp"
#include "offhook/message/name_addr.hpp"
#include "offhook/message/values.hpp"
#include "offhook/sdp/description.hpp"

namespace offhook::accounting {

using dialog::Direction;
using dialog::Verdict;
using message::HeaderId;
using message::Message;
using message::Method;
using End = CallRecord::End;

namespace {

std::string_view agent_of(const Message& m) {
    return m.has(HeaderId::user_agent) ? m.value(HeaderId::user_agent) : m.value(HeaderId::server);
}

// A call of 0.2 s is a call of one second: what was begun counts.
std::int64_t whole_seconds(UtcTime from, UtcTime to) {
    return to <= from ? 0 : std::chrono::ceil<std::chrono::seconds>(to - from).count();
}

End end_of(const Attempt& attempt, int status) {
    if (status == 487 && attempt.cancelled) return End::cancelled;
    return status == 408 ? End::timeout : End::refused;
}

}  // namespace

Accounting::Accounting(const Config& config, TimerWheel& wheel, RecordStore& store, Observer& observer, const SipKey& key, RecordIds ids,
                       std::uint16_t shard, std::uint16_t ticket_kind)
    : config_(config),
      wheel_(wheel),
      store_(store),
      observer_(observer),
      ids_(ids),
      shard_(shard),
      ticket_kind_(ticket_kind),
      table_(key, config.expected_calls) {}

// The INVITE and its answers ----------------------------------------------------------------------------------------------

std::expected<Handle, message::Reject> Accounting::admit(const transaction::Request& request, Now now) {
    const Message& invite = request.message;
    if (!store_.healthy(now)) {
        ++counters_.turned_away;
        observer_.rejected(Cause::store_unhealthy, 503, invite.value(HeaderId::call_id), request.flow.remote, now);
        return std::unexpected(message::Reject{503, "Service Unavailable"});
    }
    const Handle call = table_.add_attempt(&Accounting::on_linger, *this);
    Attempt::Text& text = *table_.attempts.find(call)->text;
    dialog::read_invite(invite, config_.session, text.invite);
    text.offer = message::session_description(invite);
    begin_record(text.record, text.invite, request, now);
    ++counters_.admitted;
    return call;
}

// Every field is written: the record may have served another call.
void Accounting::begin_record(CallRecord& record, const dialog::InviteFacts& facts, const transaction::Request& request, Now now) {
    record.id = record.call = ids_.next(now.utc);
    record.sip_call_id = facts.call_id;
    record.from_tag = facts.caller_tag;
    record.user.clear();
    if (request.sender.trust == transaction::Sender::Trust::authenticated)
        record.user.append(request.sender.user).append(1, '@').append(request.sender.domain);
    record.from_uri = facts.caller_uri;
    record.to_uri = facts.callee_uri;
    record.request_uri = request.message.request_uri();
    record.invited = now.utc;
    record.ringing = record.answered = record.ended = {};
    record.seconds = 0;
    record.end = End::none;
    record.status = 0;
    record.caller_agent = agent_of(request.message);
    record.source.clear();
    request.flow.remote.address.append_uri_host(record.source);
    record.source += ':';
    append_number(record.source, request.flow.remote.port);
    for (std::string* later : {&record.to_tag, &record.binding, &record.reason, &record.callee_agent, &record.codecs, &record.dialog}) later->clear();
}

void Accounting::tried(Handle call, std::string_view target, Now) {
    if (Attempt* attempt = table_.attempts.find(call)) attempt->text->record.binding = target;
}

void Accounting::ringing(Handle call, const Message& response, Now now) {
    Attempt* attempt = table_.attempts.find(call);
    if (attempt == nullptr || response.status() < 180) return;
    CallRecord& record = attempt->text->record;
    if (record.ringing == UtcTime{}) record.ringing = now.utc;
    if (const auto agent = agent_of(response); !agent.empty()) record.callee_agent = agent;
}

Verdict Accounting::answered(Handle call, const Message& response, std::string_view target, Ticket waiting, Now now) {
    Attempt* attempt = table_.attempts.find(call);
    if (attempt == nullptr) return Verdict::go_on;
    const dialog::InviteFacts& invite = attempt->text->invite;
    const std::uint64_t key = table_.key_of(invite.call_id, invite.caller_tag, dialog::tag_of(response, HeaderId::to));
    if (std::find(attempt->answers.begin(), attempt->answers.end(), key) != attempt->answers.end()) return Verdict::go_on;  // retransmitted
    make_leg(*attempt, response, target, waiting, now);
    attempt->answers.push_back(key);
    return Verdict::wait;
}

void Accounting::make_leg(Attempt& attempt, const Message& response, std::string_view target, Ticket waiting, Now now) {
    const Handle handle = table_.add_leg(&Accounting::on_leg_end, &Accounting::on_update, *this);
    Leg& leg = *table_.legs.find(handle);
    dialog::read_answer(attempt.text->invite, response, now, leg.text->dialog);
    CallRecord& record = leg.text->record;
    record = attempt.text->record;
    // A further leg, or an answer that overtook a refusal: a record of its own within the same call.
    if (!attempt.answers.empty() || attempt.refusal) record.id = ids_.next(now.utc);
    record.end = End::none;
    record.ended = {};
    record.to_tag = leg.text->dialog.callee.tag;
    record.answered = now.utc;
    record.status = response.status();
    record.reason = response.reason();
    if (!target.empty()) record.binding = target;
    if (const auto agent = agent_of(response); !agent.empty()) record.callee_agent = agent;
    leg.text->offer.clear();
    if (attempt.text->offer.empty()) leg.text->offer = message::session_description(response);  // RFC 3261 §13.2.1: then the answer comes in the ACK
    else record.codecs = sdp::codec_names(message::session_description(response), attempt.text->offer);
    dialog::append_serialised(leg.text->dialog, record.dialog);
    table_.index(handle);
    arm_end(leg, now);
    if (!attempt.linger.armed()) wheel_.arm(attempt.linger, now.steady + config_.late_answers);
    ++counters_.answered;
    put(record, Write::Purpose::answer, &waiting, now);
}

Verdict Accounting::refused(Handle call, int status, std::string_view reason, Ticket waiting, Now now) {
    Attempt* attempt = table_.attempts.find(call);
    if (attempt == nullptr || attempt->refusal || !attempt->answers.empty()) return Verdict::go_on;
    CallRecord& record = attempt->text->record;
    record.end = end_of(*attempt, status);
    record.ended = now.utc;
    record.status = status;
    record.reason = reason;
    ++counters_.refused;
    Write& write = put(record, Write::Purpose::refusal, &waiting, now);
    write.attempt = call;
    attempt->refusal = write.limit.self;
    return Verdict::wait;
}

void Accounting::cancelled(Handle call, Now) {
    if (Attempt* attempt = table_.attempts.find(call)) attempt->cancelled = true;
}

void Accounting::on_linger(Timer& timer, Now) {
    auto& linger = static_cast<OwnedTimer&>(timer);
    linger.owner.table_.erase_attempt(linger.self);
}

// The dialog -----------------------------------------------------------------------------------------------------------------

dialog::CallPort::InDialog Accounting::find(const Message& request) {
    return table_.find(request.value(HeaderId::call_id), dialog::tag_of(request, HeaderId::from), dialog::tag_of(request, HeaderId::to));
}

void Accounting::request_passed(const InDialog& where, const Message& request, Now now) {
    Leg* leg = table_.legs.find(where.call);
    if (leg == nullptr || leg->closing) return;
    CallRecord& record = leg->text->record;
    dialog::observe_request(leg->text->dialog, where.direction, request, config_.session, now);
    if (request.method() == Method::ack && !leg->text->offer.empty() && record.codecs.empty())
        record.codecs = sdp::codec_names(message::session_description(request), leg->text->offer);
    if (leg->ending) return;  // of two BYEs that cross, the first ended the call
    if (request.method() == Method::bye) {
        leg->ending = true;
        record.end = where.direction == Direction::from_caller ? End::caller : End::callee;
        record.ended = now.utc;
    } else {
        update_later(*leg, now);
    }
    arm_end(*leg, now);
}

Verdict Accounting::response_passed(const InDialog& where, Method method, const Message* response, Ticket waiting, Now now) {
    Leg* leg = table_.legs.find(where.call);
    if (leg == nullptr) return Verdict::go_on;
    if (leg->closing) {
        Write* write = table_.writes.find(leg->closing);
        if (method != Method::bye || write == nullptr || !write->limit.armed()) return Verdict::go_on;
        write->waiting.push_back(waiting);  // the BYE of the other side: it waits for the same row
        return Verdict::wait;
    }
    if (response != nullptr) {
        const auto refresh = dialog::observe_response(leg->text->dialog, where.direction, *response, now);
        if (refresh.target || refresh.session) update(*leg, now);
    }
    if (method != Method::bye) {
        if (!leg->ending) arm_end(*leg, now);
        return Verdict::go_on;
    }
    CallRecord& record = leg->text->record;
    if (!leg->ending) {
        record.end = where.direction == Direction::from_caller ? End::caller : End::callee;
        record.ended = now.utc;
    }
    close(where.call, *leg, record.end, record.ended, &waiting, now);
    return Verdict::wait;
}

void Accounting::arm_end(Leg& leg, Now now) {
    const dialog::DialogState& dialog = leg.text->dialog;
    Duration after = config_.bye_limit;
    if (!leg.ending) after = (dialog.has_expiration() ? dialog.session_expires : dialog.last_seen + config_.max_call) - now.utc;
    wheel_.arm(leg.end, now.steady + std::max(after, Duration{0}));
}

void Accounting::on_leg_end(Timer& timer, Now now) {
    auto& end = static_cast<OwnedTimer&>(timer);
    Accounting& self = end.owner;
    Leg& leg = *self.table_.legs.find(end.self);
    const dialog::DialogState& dialog = leg.text->dialog;
    if (leg.ending) return self.close(end.self, leg, leg.text->record.end, leg.text->record.ended, nullptr, now);
    if (dialog.has_expiration()) {
        ++self.counters_.expired;  // §8.3: the state is dropped, no BYE is sent
        return self.close(end.self, leg, End::expired, dialog.last_seen, nullptr, now);
    }
    ++self.counters_.unconfirmed;
    self.close(end.self, leg, End::unconfirmed, dialog.last_seen + self.config_.max_call, nullptr, now);
}

void Accounting::close(Handle handle, Leg& leg, End end, UtcTime ended, const Ticket* waiting, Now now) {
    leg.end.cancel();
    leg.update.cancel();
    CallRecord& record = leg.text->record;
    record.end = end;
    record.ended = std::max(ended, record.answered);
    record.seconds = whole_seconds(record.answered, record.ended);
    record.dialog.clear();
    ++counters_.ended;
    Write& write = put(record, Write::Purpose::end, waiting, now);
    write.leg = handle;
    leg.closing = write.limit.self;
}

void Accounting::drain(Now now) {
    draining_ = true;
    table_.legs.for_each([&](Handle, Leg& leg) {
        if (leg.update.armed()) update(leg, now);
    });
}

void Accounting::update_later(Leg& leg, Now now) {
    if (draining_) return update(leg, now);
    if (!leg.update.armed()) wheel_.arm(leg.update, now.steady + config_.update_delay);
}

void Accounting::update(Leg& leg, Now now) {
    leg.update.cancel();
    open_ = leg.text->record;  // a BYE may be under way: the row stays in progress until its end
    open_.end = End::none;
    open_.ended = {};
    open_.dialog.clear();
    dialog::append_serialised(leg.text->dialog, open_.dialog);
    put(open_, Write::Purpose::update, nullptr, now);
}

void Accounting::on_update(Timer& timer, Now now) {
    auto& due = static_cast<OwnedTimer&>(timer);
    due.owner.update(*due.owner.table_.legs.find(due.self), now);
}

// Rows and who waits for them ---------------------------------------------------------------------------------------------

Write& Accounting::put(const CallRecord& record, Write::Purpose purpose, const Ticket* waiting, Now now) {
    const Handle handle = table_.writes.emplace(&Accounting::on_limit, *this, purpose);
    Write& write = *table_.writes.find(handle);
    write.limit.self = handle;
    write.record = record.id;
    if (waiting != nullptr) {
        write.waiting.push_back(*waiting);
        wheel_.arm(write.limit, now.steady + (purpose == Write::Purpose::answer ? config_.answer_wait : config_.release_wait));
    }
    store_.put(record, Ticket{shard_, ticket_kind_, handle});
    return write;
}

void Accounting::release(Write& write, Now now) {
    write.limit.cancel();
    const auto waiting = std::exchange(write.waiting, {});  // the gate may come back to us: nothing of ours is touched behind this
    for (const Ticket& ticket : waiting) gate_->release(ticket, now);
}

void Accounting::on_limit(Timer& timer, Now now) {
    auto& limit = static_cast<OwnedTimer&>(timer);
    Accounting& self = limit.owner;
    Write& write = *self.table_.writes.find(limit.self);
    self.counters_.late += write.waiting.size();
    self.alarm(write.purpose == Write::Purpose::answer ? "an answer was forwarded before its record was durable"
                                                       : "a final response was forwarded before its record was durable",
               write.record, now);
    self.release(write, now);
}

void Accounting::on_committed(Ticket ticket, bool ok, Now now) {
    Write* write = table_.writes.find(ticket.handle);
    if (write == nullptr) return;
    if (!ok) {
        ++counters_.not_written;
        alarm("a call record was not written", write->record, now);
    }
    table_.erase_attempt(write->attempt);
    table_.erase_leg(write->leg);
    const auto waiting = std::exchange(write->waiting, {});
    table_.writes.erase(ticket.handle);
    for (const Ticket& waiter : waiting) gate_->release(waiter, now);
}

// A store that stands still would otherwise say so once for each call.
void Accounting::alarm(std::string_view text, std::uint64_t record, Now now) {
    ++alarms_held_;
    if (now.steady < next_alarm_) return;
    std::string line(text);
    line += ": record ";
    line += to_hex(record);
    if (alarms_held_ > 1) {
        line += ", and others: ";
        append_number(line, alarms_held_ - 1);
    }
    observer_.note(Severity::error, line, now);
    alarms_held_ = 0;
    next_alarm_ = now.steady + std::chrono::seconds(1);
}

// After a restart ------------------------------------------------------------------------------------------------------------

void Accounting::adopt(const CallRecord& record, Now now) {
    ids_.skip_to(std::max(record.id, record.call));
    if (!record.in_progress()) return;
    ++counters_.adopted;
    auto state = record.answered == UtcTime{} ? std::nullopt : dialog::parse_dialog_state(record.dialog);
    if (!state) {  // nobody will tell us how it ended
        CallRecord closed = record;
        closed.end = End::restart;
        closed.ended = record.answered == UtcTime{} ? now.utc : record.answered;
        closed.dialog.clear();
        put(closed, Write::Purpose::end, nullptr, now);
        return;
    }
    const Handle handle = table_.add_leg(&Accounting::on_leg_end, &Accounting::on_update, *this);
    Leg& leg = *table_.legs.find(handle);
    leg.text->record = record;
    leg.text->dialog = std::move(*state);
    leg.text->offer.clear();
    table_.index(handle);
    arm_end(leg, now);
}

}  // namespace offhook::accounting
