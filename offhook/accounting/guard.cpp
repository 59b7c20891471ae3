// That a call which somebody pays for ends with its record, and not later: who pays could otherwise end the record alone, by a BYE that the other side
// never gets, refuses or never sent, or lead the server's own BYE away from the one who is talking.
//
// The server believes a BYE, but says its own to whom it cannot know to have got it; a phone that has hung up already answers 481 (RFC 3261
// §15.1.2), and nothing comes of it. What comes from elsewhere than the callee's answer did may be the callee's, or of the caller's making.
#include <tuple>

#include "offhook/accounting/accounting.hpp"

namespace offhook::accounting {

using dialog::Direction;
using message::Method;

// False if the request is too late for the call: it is ended.
bool Accounting::guard(Handle handle, Leg& leg, Direction from, const message::Message& request, bool from_stranger, Now now) {
    dialog::DialogState& dialog = leg.kept->dialog;
    const auto& cseq = request.cseq();
    if (!leg.ending && cseq && cseq->number > highest_cseq && request.method() != Method::bye) {
        // Behind that there is no number for a BYE of ours: it goes before.
        cut(handle, leg, from == Direction::from_caller ? CallRecord::End::caller : CallRecord::End::callee, now.utc, now);
        return false;
    }
    dialog::observe_request(dialog, from, request, config_.session, now);
    if (from_stranger) dialog.set_pending_contact(from, {});
    if (from == Direction::from_caller && !dialog::goes_to_peer(dialog, from, request))
        dialog.caller.pending.cseq = 0;  // whoever answers it is not the callee
    return true;
}

// Also of a call that nobody pays for: who says BYE to somebody else would end the record, and not the call.
void Accounting::bye_passed(const InDialog& where, Leg& leg, const message::Message& request, bool from_stranger, Now now) {
    if (!dialog::goes_to_peer(leg.kept->dialog, where.direction, request)) hang_up_as_well(where, leg, now);
    if (from_stranger) hang_up_as_well({where.call, Direction::from_caller}, leg, now);
}

void Accounting::hang_up_as_well(const InDialog& where, Leg& leg, Now now) {
    leg.kept->dialog.side(where.direction).cseq += 1;
    std::ignore = gate_->hang_up(where, leg.kept->dialog, {}, now);
}

}  // namespace offhook::accounting
