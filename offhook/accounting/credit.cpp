// How long a call may last that somebody pays for: it waits until the ChargeStore has allowed it, and asks for more before that runs out.
#include <algorithm>

#include "offhook/accounting/accounting.hpp"
#include "offhook/accounting/refusal.hpp"

namespace offhook::accounting {

using dialog::Verdict;
using charging::Rule;
using std::chrono::seconds;

namespace {

/// A grant beyond that is no limit: no sum of times has to be feared then.
constexpr Duration longest_grant = std::chrono::days(366);

/// Between two requests for more time that brought none.
constexpr Duration least_pause = seconds(1);

Duration sane(Duration granted) { return granted > longest_grant ? Duration::max() : std::max(granted, Duration{0}); }

void fill(ChargeRequest& request, const CallRecord& record, UtcTime at) {
    request.record = record.id;
    request.account = record.account;
    request.user = record.user;
    request.destination = record.destination;
    request.on_net = record.on_net;
    const auto source = Endpoint::parse(record.source);
    request.source = source ? source->address.text() : std::string();
    request.at = at;
}

}  // namespace

// Every field is written: the record may have served another call.
void Accounting::find_payer(CallRecord& record, const transaction::Request& request, const message::Uri* target) {
    record.account.clear();
    record.destination.clear();
    record.on_net = false;
    record.rule = Rule::none;
    record.granted = Duration::max();
    record.rated.reset();
    if (target == nullptr) return;
    if (const auto destination = config_.dial_plan.normalised(*target)) record.destination = destination->text();
    if (request.sender.trust != transaction::Sender::Trust::authenticated) return;
    const auth::UserSnapshot user = ports_.users.find(request.sender.domain, request.sender.user);
    if (!user || user->account.empty()) return;
    record.account = user->account;
    record.on_net = ports_.on_net(*target);
}

Verdict Accounting::authorise(Handle call, const Attempt& attempt, Ticket waiting, Now now) {
    const Handle handle = table_.questions.emplace(&Accounting::on_no_word, *this);
    Question& question = *table_.questions.find(handle);
    question.limit.self = handle;
    question.attempt = call;
    question.waiting = waiting;
    ports_.wheel.arm(question.limit, now.steady + config_.charge_wait);
    fill(request_, attempt.text->record, now.utc);
    ports_.charges.authorise(request_, {shard_, ticket_kind_, handle});
    return Verdict::wait;
}

void Accounting::on_granted(Ticket ticket, const Grant& grant, Now now) {
    const Question* found = table_.questions.find(ticket.handle);
    if (found == nullptr) return;
    const Handle attempt = found->attempt, leg = found->leg;
    const Ticket waiting = found->waiting;
    table_.questions.erase(ticket.handle);
    if (attempt) decide(attempt, waiting, grant, now);
    else extended(leg, grant, now);
}

// What is granted after that is given back by the row of the refusal, which the store gets behind the question.
void Accounting::on_no_word(Timer& timer, Now now) {
    auto& limit = static_cast<OwnedTimer&>(timer);
    Accounting& self = limit.owner;
    const Question& question = *self.table_.questions.find(limit.self);
    const Handle attempt = question.attempt;
    const Ticket waiting = question.waiting;
    self.table_.questions.erase(limit.self);
    self.decide(attempt, waiting, {.rule = Rule::unavailable}, now);
}

void Accounting::decide(Handle call, Ticket waiting, const Grant& grant, Now now) {
    Attempt* attempt = table_.attempts.find(call);
    if (attempt == nullptr || attempt->refusal) return;  // the caller gave up
    attempt->granted = sane(grant.lasts);
    if (grant.rule == Rule::none) return gate_->admitted(waiting, std::nullopt, now);
    ++counters_.denied;
    attempt->text->record.rule = grant.rule;
    gate_->admitted(waiting, refusal_of(grant.rule), now);
}

// A further answer of a forked INVITE has no reservation yet: until the store has spoken it may last as long as the first one.
void Accounting::begin_credit(Handle handle, Leg& leg, Duration granted, bool answered_now, Now now) {
    leg.credit = std::make_unique<Credit>();
    leg.credit->granted = sane(granted);
    // Taken over without a reservation: a crash came between the answer and the store's word about it, which is asked for now.
    const bool unknown = !answered_now && leg.credit->granted == Duration{0};
    if (unknown) leg.credit->granted = now.utc - leg.kept->record.answered + config_.charge_wait;
    set_limit(leg, now);
    if (answered_now || unknown) extend(handle, leg, unknown ? leg.credit->granted + config_.slice : Duration(config_.slice));
}

// The limit, and when to ask for more: with a quarter of a slice left, but some seconds.
void Accounting::set_limit(Leg& leg, Now now) {
    Credit& credit = *leg.credit;
    credit.limit = credit.ask = Instant::max();
    if (credit.is_limited()) {
        const Duration ahead = std::min(std::max<Duration>(config_.slice / 4, seconds(5)), config_.slice / 2);
        credit.limit = now.steady + (leg.paid_until() - now.utc);
        if (!credit.last) credit.ask = std::max(credit.limit - ahead, now.steady + least_pause);
    }
    arm(leg);
}

void Accounting::extend(Handle handle, Leg& leg, Duration wanted) {
    leg.credit->ask = Instant::max();
    arm(leg);
    const Handle asked = table_.questions.emplace(&Accounting::on_no_word, *this);
    table_.questions.find(asked)->leg = handle;
    leg.kept->record.restore(leg.kept->dialog, row_);
    fill(request_, row_, row_.answered);
    ports_.charges.extend(request_, wanted, {shard_, ticket_kind_, asked});
}

void Accounting::extended(Handle handle, const Grant& grant, Now now) {
    Leg* leg = table_.legs.find(handle);
    if (leg == nullptr || leg->ending || leg->closing) return;
    now = leg->clock(now);
    Credit& credit = *leg->credit;
    if (grant.rule != Rule::unavailable) {  // else what was granted stands, and there may be more another time
        credit.granted = sane(grant.lasts);
        credit.last = grant.rule != Rule::none;
        if (credit.last) credit.rule = grant.rule;
    }
    set_limit(*leg, now);
}

void Accounting::credit_due(Handle handle, Leg& leg, Now now) {
    Credit& credit = *leg.credit;
    if (credit.limit <= now.steady) return cut(handle, leg, CallRecord::End::credit, leg.paid_until(), now);
    if (credit.ack <= now.steady) return acknowledged(handle, leg, now);
    extend(handle, leg, credit.granted + config_.slice);
}

}  // namespace offhook::accounting
