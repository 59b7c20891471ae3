// The end of a call that nobody pays for any longer. Each side gets the BYE that the other would send, and once another one if its CSeq
// number was too low; the record ends at the limit, whatever comes of that.
//
//   none ──► sent ──500──► sent_again ──► over        of each side; towards the caller not before
//     └─ waits_for_ack ─┘└────anything else────┘      the ACK or 64*T1 (RFC 3261 §15)
#include <algorithm>

#include "offhook/accounting/accounting.hpp"

namespace offhook::accounting {

using dialog::Direction;
using Bye = Credit::Bye;

namespace {

// RFC 3326 §2
std::string_view reason(CallRecord::End end) {
    return end == CallRecord::End::credit ? "SIP;cause=402;text=\"Payment Required\"" : "SIP;cause=408;text=\"Request Timeout\"";
}

/// A phone answers 500 to a number below one that it has seen (RFC 3261 §12.2.2): what it heard while the server was away. No more
/// requests than these pass in the seconds that a start takes or an update of a row waits.
constexpr std::uint32_t leap = 1000;

std::uint32_t raised(std::uint32_t cseq, std::uint32_t by) { return cseq > last_cseq - by ? last_cseq : cseq + by; }

}  // namespace

void Accounting::cut(Handle handle, Leg& leg, CallRecord::End end, UtcTime ended, Now now) {
    Credit& credit = *leg.credit;
    KeptRecord& record = leg.kept->record;
    ++counters_.cut;
    credit.limit = credit.ask = Instant::max();
    leg.ending = credit.used_up = true;
    record.end = end;
    record.ended = ended;
    set_end(leg, now);
    const Duration still = record.answered + config_.ack_wait - now.utc;
    if (!leg.kept->dialog.ack_seen && still > Duration{0}) {
        credit.from_callee = Bye::waits_for_ack;
        credit.ack = now.steady + still;
        arm(leg);
    } else {
        say_bye(handle, leg, Direction::from_callee, now);
    }
    say_bye(handle, leg, Direction::from_caller, now);
    close_if_over(handle, leg, now);
}

// The ACK came, or will not come any more.
void Accounting::acknowledged(Handle handle, Leg& leg, Now now) {
    Credit& credit = *leg.credit;
    credit.ack = Instant::max();
    if (credit.from_callee != Bye::waits_for_ack) return;
    say_bye(handle, leg, Direction::from_callee, now);
    close_if_over(handle, leg, now);
}

void Accounting::say_bye(Handle handle, Leg& leg, Direction from, Now now) {
    Bye& bye = leg.credit->bye(from);
    const bool again = bye == Bye::sent;
    std::uint32_t& cseq = leg.kept->dialog.side(from).cseq;
    cseq = raised(cseq, again ? leap : 1);
    bye = again ? Bye::sent_again : Bye::sent;
    if (!gate_->hang_up({handle, from}, leg.kept->dialog, reason(leg.kept->record.end), now)) bye = Bye::over;
    set_end(leg, now);
}

void Accounting::hung_up(const InDialog& where, int status, Now now) {
    Leg* leg = table_.legs.find(where.call);
    if (leg == nullptr || leg->closing || !leg->credit || !leg->credit->used_up) return;
    now = leg->clock(now);
    Bye& bye = leg->credit->bye(where.direction);
    if (status == 500 && bye == Bye::sent) say_bye(where.call, *leg, where.direction, now);
    else bye = Bye::over;
    close_if_over(where.call, *leg, now);
}

void Accounting::close_if_over(Handle handle, Leg& leg, Now now) {
    if (leg.credit->from_caller != Bye::over || leg.credit->from_callee != Bye::over) return;
    close(handle, leg, leg.kept->record.end, leg.kept->record.ended, nullptr, now);
}

}  // namespace offhook::accounting
