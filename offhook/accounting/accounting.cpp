#include "offhook/accounting/accounting.hpp"

#include <algorithm>
#include <string>
#include <tuple>
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

std::string_view agent_of(const Message& m) { return m.has(HeaderId::user_agent) ? m.value(HeaderId::user_agent) : m.value(HeaderId::server); }

// A call of 0.2 s is a call of one second: what was begun counts.
std::int64_t whole_seconds(UtcTime from, UtcTime to) { return to <= from ? 0 : std::chrono::ceil<std::chrono::seconds>(to - from).count(); }

End end_of(const Attempt& attempt, int status) {
    if (status == 487 && attempt.cancelled) return End::cancelled;
    return status == 408 ? End::timeout : End::refused;
}

}  // namespace

Accounting::Accounting(const Config& config, const Ports& ports, const SipKey& key, RecordIds ids, std::uint16_t shard, std::uint16_t ticket_kind)
    : config_(config),
      ports_(ports),
      ids_(ids),
      shard_(shard),
      ticket_kind_(ticket_kind),
      table_(key, config.expected_calls) {}

// The INVITE and its answers ----------------------------------------------------------------------------------------------

std::expected<dialog::Admission, message::Reject> Accounting::admit(const transaction::Request& request, const message::Uri* target,
                                                                    Ticket waiting, Now now) {
    const Message& invite = request.message;
    if (!ports_.records.healthy(now)) {
        ++counters_.turned_away;
        ports_.observer.rejected(Cause::store_unhealthy, 503, invite.value(HeaderId::call_id), request.flow.remote, now);
        return std::unexpected(message::Reject{503, "Service Unavailable"});
    }
    const Handle call = table_.add_attempt(&Accounting::on_linger, *this);
    Attempt& attempt = *table_.attempts.find(call);
    Attempt::Text& text = *attempt.text;
    dialog::read_invite(invite, config_.session, text.invite);
    text.offer = message::session_description(invite);
    attempt.cseq = text.invite.cseq;
    attempt.session = text.invite.session;
    attempt.offered = !text.offer.empty();
    begin_record(text.record, text.invite, request, target, now);
    if (!text.record.account.empty() && attempt.cseq > highest_cseq) {
        table_.erase_attempt(call);
        return std::unexpected(message::Reject{400, "CSeq Too High"});
    }
    ++counters_.admitted;
    if (text.record.account.empty()) return dialog::Admission{call};
    return dialog::Admission{call, authorise(call, attempt, waiting, now), false};
}

// Every field is written: the record may have served another call.
void Accounting::begin_record(CallRecord& record, const dialog::InviteFacts& facts, const transaction::Request& request, const message::Uri* target,
                              Now now) {
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
    find_payer(record, request, target);
}

void Accounting::tried(Handle call, std::string_view target, Now) {
    Attempt* attempt = table_.attempts.find(call);
    if (attempt != nullptr && attempt->text) attempt->text->record.binding = target;
}

void Accounting::ringing(Handle call, const Message& response, Now now) {
    Attempt* attempt = table_.attempts.find(call);
    if (attempt == nullptr || !attempt->text || response.status() < 180) return;
    CallRecord& record = attempt->text->record;
    if (record.ringing == UtcTime{}) record.ringing = now.utc;
    if (const auto agent = agent_of(response); !agent.empty()) record.callee_agent = agent;
}

Verdict Accounting::answered(Handle call, const Message& response, std::string_view target, const IpAddress& source, Ticket waiting, Now now) {
    Attempt* attempt = table_.attempts.find(call);
    if (attempt == nullptr) return Verdict::go_on;
    const std::string_view tag = dialog::tag_of(response, HeaderId::to);
    std::uint64_t key = 0;
    if (attempt->text) {
        key = table_.key_of(attempt->text->invite.call_id, attempt->text->invite.caller_tag, tag);
    } else {
        const dialog::DialogState& first = table_.first_answer(*attempt).dialog;
        key = table_.key_of(first.call_id(), first.tag(Direction::from_caller), tag);
    }
    if (std::find(attempt->answers.begin(), attempt->answers.end(), key) != attempt->answers.end()) return Verdict::go_on;  // retransmitted
    make_leg(call, *attempt, response, target, source, waiting, now);
    attempt->answers.push_back(key);
    return Verdict::wait;
}

// A further answer: what the INVITE said stands with the first one. Its SDP is gone: a codec that such an answer names by a dynamic number
// alone, against RFC 3264 §6.1, stays a number on record.
void Accounting::begin_again(const Attempt& attempt, UtcTime now) {
    const Kept& first = table_.first_answer(attempt);
    first.record.restore(first.dialog, row_);
    row_.id = ids_.next(now);
    row_.callee_agent.clear();
    row_.codecs.clear();
    invite_.call_id = first.dialog.call_id();
    invite_.caller_tag = first.dialog.tag(Direction::from_caller);
    invite_.caller_uri = first.dialog.uri(Direction::from_caller);
    invite_.callee_uri = first.dialog.uri(Direction::from_callee);
    invite_.caller_contact = first.dialog.contact(Direction::from_caller);
    invite_.cseq = attempt.cseq;
    invite_.session = attempt.session;
}

void Accounting::make_leg(Handle call, Attempt& attempt, const Message& response, std::string_view target, const IpAddress& source, Ticket waiting,
                          Now now) {
    const bool is_first = attempt.text != nullptr;
    if (!is_first) begin_again(attempt, now.utc);
    CallRecord& record = is_first ? attempt.text->record : row_;
    if (attempt.refusal) record.id = ids_.next(now.utc);  // this answer overtook a refusal: a record of its own within the same call
    const Handle handle = table_.add_leg(&Accounting::on_leg, *this);
    Leg& leg = *table_.legs.find(handle);
    dialog::read_answer(is_first ? attempt.text->invite : invite_, response, now, leg.kept->dialog);
    record.end = End::none;
    record.ended = {};
    record.seconds = 0;
    record.to_tag = leg.kept->dialog.tag(Direction::from_callee);
    record.answered = now.utc;
    record.status = response.status();
    record.reason = response.reason();
    if (!target.empty()) record.binding = target;
    if (const auto agent = agent_of(response); !agent.empty()) record.callee_agent = agent;
    const std::string_view description = message::session_description(response);
    if (attempt.offered) record.codecs = sdp::codec_names(description, is_first ? std::string_view(attempt.text->offer) : std::string_view{});
    leg.answered = now.steady;
    leg.kept->record.keep(record, attempt.offered ? std::string_view{} : description);  // RFC 3261 §13.2.1: then the answer comes in the ACK
    record.dialog.clear();
    dialog::append_serialised(leg.kept->dialog, record.dialog);
    table_.index(handle);
    leg.update = next_interim(now);
    set_end(leg, now);
    if (!attempt.linger.armed()) ports_.wheel.arm(attempt.linger, now.steady + config_.late_answers);
    ++counters_.answered;
    put(record, Write::Purpose::answer, &waiting, now);
    if (!record.account.empty()) {
        begin_credit(handle, leg, attempt.granted, /*answered_now=*/true, now);
        leg.credit->callee = source;
    }
    if (!is_first) return;
    attempt.first = handle;
    leg.attempt = call;
    table_.drop_text(attempt);
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

void Accounting::request_passed(const InDialog& where, const Message& request, const IpAddress& source, Now now) {
    Leg* leg = table_.legs.find(where.call);
    if (leg == nullptr || leg->closing) return;
    now = leg->clock(now);
    KeptRecord& record = leg->kept->record;
    const bool was_acknowledged = leg->kept->dialog.ack_seen;
    const bool from_stranger = leg->credit && where.direction == Direction::from_callee && leg->credit->callee != source;
    if (!leg->credit) dialog::observe_request(leg->kept->dialog, where.direction, request, config_.session, now);
    else if (!guard(where.call, *leg, where.direction, request, from_stranger, now)) return;
    if (request.method() == Method::ack && !record.offer().empty()) {
        record.restore(leg->kept->dialog, row_);
        row_.codecs = sdp::codec_names(message::session_description(request), record.offer());
        record.keep(row_, row_.codecs.empty() ? std::string(record.offer()) : std::string());  // an ACK without it may be followed by one with it
    }
    if (leg->credit && request.method() == Method::ack && where.direction == Direction::from_caller) acknowledged(where.call, *leg, now);
    if (leg->ending) return;  // of two BYEs that cross, the first ended the call
    if (request.method() == Method::bye) {
        leg->ending = true;
        if (leg->credit) leg->credit->limit = leg->credit->ask = Instant::max();
        record.end = where.direction == Direction::from_caller ? End::caller : End::callee;
        record.ended = now.utc;
        bye_passed(where, *leg, request, from_stranger, now);
    } else if (!was_acknowledged && leg->kept->dialog.ack_seen && leg->credit && leg->credit->is_limited()) {
        update(*leg, now);  // after a crash the caller is told in time that the credit is used up
    } else {
        update_later(*leg, now);
    }
    set_end(*leg, now);
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
    now = leg->clock(now);
    if (response != nullptr) {
        const auto refresh = dialog::observe_response(leg->kept->dialog, where.direction, *response, now);
        if (refresh.target || refresh.session) update(*leg, now);
    }
    if (method != Method::bye) {
        if (!leg->ending) set_end(*leg, now);
        return Verdict::go_on;
    }
    KeptRecord& record = leg->kept->record;
    if (!leg->ending) {
        record.end = where.direction == Direction::from_caller ? End::caller : End::callee;
        record.ended = now.utc;
    }
    // A BYE that was refused, or was lost, has ended nothing; who pays is not to gain by that.
    const int status = response == nullptr ? 408 : response->status();
    if (leg->credit && !leg->credit->used_up && status >= 300 && status != 481) hang_up_as_well(where, *leg, now);
    close(where.call, *leg, record.end, record.ended, &waiting, now);
    return Verdict::wait;
}

void Accounting::set_end(Leg& leg, Now now) {
    const dialog::DialogState& dialog = leg.kept->dialog;
    Duration after = config_.bye_limit;
    if (!leg.ending) after = (dialog.has_expiration() ? dialog.session_expires : dialog.last_seen + config_.max_call) - now.utc;
    leg.ends = now.steady + std::max(after, Duration{0});
    arm(leg);
}

void Accounting::arm(Leg& leg) { ports_.wheel.arm(leg, std::min({leg.ends, leg.update, leg.credit ? leg.credit->next() : Instant::max()})); }

void Accounting::on_leg(Timer& timer, Now now) {
    auto& leg = static_cast<Leg&>(timer);
    now = leg.clock(now);
    Accounting& self = leg.owner;
    const Handle handle = Slab<Leg>::handle_of(leg);
    const Instant due = std::min(leg.ends, leg.update);
    if (leg.credit && leg.credit->next() <= due) return self.credit_due(handle, leg, now);
    if (leg.update > leg.ends) return self.leg_ended(handle, leg, now);
    self.update(leg, now);
}

void Accounting::leg_ended(Handle handle, Leg& leg, Now now) {
    const dialog::DialogState& dialog = leg.kept->dialog;
    if (leg.ending) return close(handle, leg, leg.kept->record.end, leg.kept->record.ended, nullptr, now);
    if (leg.credit) {  // what is paid for ends on both sides, and is paid for until then
        ++(dialog.has_expiration() ? counters_.expired : counters_.unconfirmed);
        return cut(handle, leg, dialog.has_expiration() ? End::expired : End::unconfirmed, now.utc, now);
    }
    if (dialog.has_expiration()) {
        ++counters_.expired;  // §8.3: the state is dropped, no BYE is sent
        return close(handle, leg, End::expired, dialog.last_seen, nullptr, now);
    }
    ++counters_.unconfirmed;
    close(handle, leg, End::unconfirmed, dialog.last_seen + config_.max_call, nullptr, now);
}

void Accounting::close(Handle handle, Leg& leg, End end, UtcTime ended, const Ticket* waiting, Now now) {
    leg.Timer::cancel();
    leg.update = Instant::max();
    leg.kept->record.restore(leg.kept->dialog, row_);
    row_.end = end;
    row_.ended = std::max(leg.credit ? std::min(ended, leg.paid_until()) : ended, row_.answered);
    if (end == End::credit) row_.rule = leg.credit->rule;
    row_.seconds = whole_seconds(row_.answered, row_.ended);
    row_.dialog.clear();
    ++counters_.ended;
    Write& write = put(row_, Write::Purpose::end, waiting, now);
    write.leg = handle;
    leg.closing = write.limit.self;
}

void Accounting::drain(Now now) {
    draining_ = true;
    table_.legs.for_each([&](Handle, Leg& leg) {
        if (leg.update <= now.steady + config_.update_delay) update(leg, now);
    });
}

void Accounting::update_later(Leg& leg, Now now) {
    if (draining_) return update(leg, now);
    leg.update = std::min(leg.update, now.steady + config_.update_delay);
    arm(leg);
}

Instant Accounting::next_interim(Now now) const { return config_.interim == Duration{} ? Instant::max() : now.steady + config_.interim; }

void Accounting::update(Leg& leg, Now now) {
    leg.update = next_interim(now);
    arm(leg);
    leg.kept->record.restore(leg.kept->dialog, row_);
    row_.end = End::none;  // a BYE may be under way: the row stays in progress until its end
    row_.ended = {};
    row_.seconds = 0;
    row_.dialog.clear();
    dialog::append_serialised(leg.kept->dialog, row_.dialog);
    put(row_, Write::Purpose::update, nullptr, now);
}

// Rows and who waits for them ---------------------------------------------------------------------------------------------

Write& Accounting::put(const CallRecord& record, Write::Purpose purpose, const Ticket* waiting, Now now) {
    const Handle handle = table_.writes.emplace(&Accounting::on_limit, *this, purpose);
    Write& write = *table_.writes.find(handle);
    write.limit.self = handle;
    write.record = record.id;
    if (waiting != nullptr) write.waiting.push_back(*waiting);
    if (waiting != nullptr || purpose == Write::Purpose::end)  // a BYE of a phone may still come to wait for the end
        ports_.wheel.arm(write.limit, now.steady + (purpose == Write::Purpose::answer ? config_.answer_wait : config_.release_wait));
    ports_.records.put(record, Ticket{shard_, ticket_kind_, handle});
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
    if (write.waiting.empty()) return;
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
        alarm("the database has not taken a call record", write->record, now);
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
    ports_.observer.note(Severity::error, line, now);
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
    const Handle handle = table_.add_leg(&Accounting::on_leg, *this);
    Leg& leg = *table_.legs.find(handle);
    leg.kept->record.keep(record, {});
    leg.kept->dialog = std::move(*state);
    leg.answered = now.steady - std::max(now.utc - record.answered, Duration{0});
    table_.index(handle);
    now = leg.clock(now);
    leg.update = next_interim(now);
    set_end(leg, now);
    if (!record.account.empty()) begin_credit(handle, leg, record.granted, /*answered_now=*/false, now);
}

}  // namespace offhook::accounting
