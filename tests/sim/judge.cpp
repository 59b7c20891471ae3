#include "tests/sim/judge.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace offhook::sim {

using accounting::CallRecord;
using End = CallRecord::End;

namespace {

class Judge {
public:
    Judge(const CallView& call, const WireView& wire, const std::vector<CallRecord>& records) : call_(call), wire_(wire) {
        for (const CallRecord& record : records) (record.to_tag.empty() ? failed_ : answered_).push_back(record);
    }

    std::vector<std::string> verdict_after_restart() {
        for (const std::string& tag : wire_.answers) expect(record_of(tag) != nullptr, "an answer that was forwarded is not on record");
        for (const int status : wire_.failures) {
            const bool found = std::any_of(failed_.begin(), failed_.end(), [status](const CallRecord& r) { return r.status == status; });
            expect(found, "a refusal that was forwarded is not on record");
        }
        for (const CallRecord& record : answered_) survived(record);
        for (const LegView& leg : call_.legs) {
            expect(leg.result != LegView::Result::invited, "a phone still rings");
            expect(leg.acks == 0 || record_of(leg.tag) != nullptr, "an acknowledged answer without a record");
        }
        expect(call_.caller.result != CallerView::Result::calling, "the caller still waits");
        return std::move(wrong_);
    }

    std::vector<std::string> verdict() {
        records();
        for (const CallRecord& record : answered_) answered(record);
        for (const LegView& leg : call_.legs) callee(leg);
        caller();
        if (wire_.lossless) without_excuse();
        return std::move(wrong_);
    }

private:
    void expect(bool right, std::string_view what) {
        if (!right) wrong_.push_back(fmt::format("{}: {}", call_.script.call_id, what));
    }
    [[nodiscard]] const CallRecord* record_of(std::string_view tag) const {
        const auto found = std::find_if(answered_.begin(), answered_.end(), [tag](const CallRecord& r) { return r.to_tag == tag; });
        return found == answered_.end() ? nullptr : &*found;
    }
    [[nodiscard]] const CallerDialog* dialog_of(std::string_view tag) const {
        const auto& dialogs = call_.caller.dialogs;
        const auto found = std::find_if(dialogs.begin(), dialogs.end(), [tag](const CallerDialog& d) { return d.tag == tag; });
        return found == dialogs.end() ? nullptr : &*found;
    }

    // One record for the INVITE transaction, one for each further 2xx, nothing left open.
    void records() {
        expect(wire_.invited == (failed_.size() + answered_.size() != 0), "a record exactly if the INVITE arrived");
        expect(failed_.size() <= 1, "two records of one failed INVITE");
        expect(failed_.empty() || answered_.empty(), "a record of a failure beside one of an answer");
        std::set<std::string> tags;
        for (const CallRecord& record : answered_) {
            tags.insert(record.to_tag);
            expect(record.call == answered_.front().call, "legs of one call under two ids");
        }
        expect(tags.size() == answered_.size(), "two records of one To tag");
        expect(tags == wire_.answers, "the answers on record are those that were forwarded");
        std::set<int> failures;
        for (const CallRecord& record : failed_) failures.insert(record.status);
        expect(failures == wire_.failures, "the failure on record is the one that was forwarded");
    }

    // The dialog of one To tag: who ended it and when, as record, wire, caller and callee have it.
    void answered(const CallRecord& record) {
        expect(record.dialog.empty(), "a closed record keeps its dialog");
        if (call_.script.vanishes && !wire_.byes.contains(record.to_tag)) return vanished(record);
        expect(record.end == End::caller || record.end == End::callee, "an answered call was not released by either side");
        const auto seconds = std::chrono::ceil<std::chrono::seconds>(record.ended - record.answered).count();
        expect(record.seconds == seconds && record.answered >= record.invited && record.ended >= record.answered, "times of the record");
        const auto bye = wire_.byes.find(record.to_tag);
        expect(bye != wire_.byes.end(), "a released call whose BYE never arrived");
        if (bye != wire_.byes.end()) {
            const WireView::Bye& first = bye->second.front();
            expect(first.from_caller == (record.end == End::caller), "who hung up first");
            expect(first.arrived == record.ended, "its end is the arrival of the BYE");
        }
        const auto leg = std::find_if(call_.legs.begin(), call_.legs.end(), [&](const LegView& l) { return l.tag == record.to_tag; });
        expect(leg != call_.legs.end() && leg->result == LegView::Result::answered, "the callee did not answer");
        if (leg == call_.legs.end()) return;
        const CallerDialog* dialog = dialog_of(record.to_tag);
        if (dialog == nullptr) {  // its 2xx was lost, or came when the caller had given up: the callee misses its ACK and hangs up
            expect(leg->acks == 0 && leg->ack_missed && leg->bye_sent && record.end == End::callee, "an answer that the caller never heard");
            return;
        }
        expect(record.end == End::caller ? dialog->bye_sent : leg->bye_sent, "whom the record names hung up");
        expect(dialog->bye_sent || dialog->bye_received, "the caller knows that it is over");
        expect(leg->bye_sent || leg->bye_received, "the callee knows that it is over");
    }

    // Which BYE ended it depends on what the old server still managed to commit, but it is one that arrived, from that side.
    void survived(const CallRecord& record) {
        expect(!record.in_progress() && record.dialog.empty(), "a record still in progress");
        const auto byes = wire_.byes.find(record.to_tag);
        if (call_.script.vanishes && byes == wire_.byes.end()) return vanished(record);
        expect(record.end == End::caller || record.end == End::callee, "an answered call was not released by either side");
        if (byes == wire_.byes.end()) return expect(false, "a released call whose BYE never arrived");
        const bool known = std::any_of(byes->second.begin(), byes->second.end(), [&](const WireView::Bye& bye) {
            return bye.arrived == record.ended && bye.from_caller == (record.end == End::caller);
        });
        expect(known, "its end is the arrival of a BYE");
    }

    // Nobody hung up: a session timer ends the record at the last proof of life, or max_call does.
    void vanished(const CallRecord& record) {
        expect(record.end == (call_.script.timers ? End::expired : End::unconfirmed), "a call that nobody ended");
        const Duration lasted = record.ended - record.answered;
        if (record.end == End::expired) expect(lasted < std::chrono::minutes(3), "it expired at the last proof of life");
        else expect(lasted >= std::chrono::hours(4) && lasted < std::chrono::hours(4) + std::chrono::minutes(3), "it went on for max_call");
    }

    void callee(const LegView& leg) {
        expect(leg.result != LegView::Result::invited, "a phone still rings");
        if (leg.result != LegView::Result::answered) return expect(leg.acks == 0, "a phone that did not answer got an ACK");
        const bool heard = dialog_of(leg.tag) != nullptr;
        expect(heard || leg.acks == 0, "an ACK for an answer that the caller does not know");
        expect(leg.acks != 0 || leg.bye_sent || leg.bye_received, "an answer neither acknowledged nor ended");
        // Too late for the proxy: its transaction was over, the answer went no further (RFC 6026 §8).
        expect(record_of(leg.tag) != nullptr || (!heard && leg.ack_missed), "an acknowledged answer without a record");
    }

    void caller() {
        const CallerView& view = call_.caller;
        switch (view.result) {
            case CallerView::Result::calling: return expect(false, "the caller still waits");
            case CallerView::Result::answered:
                for (const CallerDialog& dialog : view.dialogs) expect(record_of(dialog.tag) != nullptr, "a dialog of the caller without a record");
                return;
            case CallerView::Result::refused: {
                if (failed_.size() != 1) return expect(false, "a refusal without its record");
                const CallRecord& record = failed_.front();
                expect(record.status == view.status, "the caller was told another status than is on record");
                return expect(record.end == (view.status == 408 ? End::timeout : End::refused), "a refusal on record as something else");
            }
            case CallerView::Result::cancelled:
                return expect(failed_.size() == 1 && failed_.front().end == End::cancelled, "a cancelled call on record as something else");
            case CallerView::Result::timed_out: return;  // it heard nothing final: whatever was answered was judged above
        }
    }

    // On links that lose nothing: no phone rings to its end in vain, no answer goes unheard, a CANCEL is obeyed.
    void without_excuse() {
        // A branch to a dead phone cannot be cancelled (§9.1), so the 487 waits for its timer B: as long as the caller waits after a CANCEL.
        const auto& legs = call_.script.legs;
        const bool dead = std::any_of(legs.begin(), legs.end(), [](const LegScript& s) { return s.act == LegScript::Act::dead; });
        expect(dead || call_.caller.result != CallerView::Result::timed_out, "the caller heard nothing final");
        for (const LegView& leg : call_.legs) {
            const auto script = std::find_if(legs.begin(), legs.end(), [&](const LegScript& s) { return s.user == leg.contact; });
            expect(script->act != LegScript::Act::ring_on || leg.result == LegView::Result::cancelled, "a phone rang until it gave up");
            expect(leg.result != LegView::Result::answered || leg.acks != 0, "an answer without its ACK");
        }
    }

    const CallView& call_;
    const WireView& wire_;
    std::vector<CallRecord> failed_, answered_;
    std::vector<std::string> wrong_;
};

}  // namespace

std::vector<std::string> judge(const CallView& call, const WireView& wire, const std::vector<CallRecord>& records, Tally& tally) {
    switch (call.caller.result) {
        case CallerView::Result::calling: break;
        case CallerView::Result::answered: ++tally.answered; break;
        case CallerView::Result::refused: ++(call.caller.status == 408 ? tally.timed_out : tally.refused); break;
        case CallerView::Result::cancelled: ++tally.cancelled; break;
        case CallerView::Result::timed_out: ++tally.timed_out; break;
    }
    if (call.caller.dialogs.size() > 1) tally.further_answers += static_cast<unsigned>(call.caller.dialogs.size() - 1);
    for (const LegView& leg : call.legs) tally.unacknowledged += leg.ack_missed;
    for (const CallRecord& record : records) tally.vanished += record.end == End::expired || record.end == End::unconfirmed;
    tally.answers_crossed_cancel += call.caller.cancel_sent && !call.caller.dialogs.empty();
    for (const CallerDialog& dialog : call.caller.dialogs) tally.byes_crossed += dialog.bye_sent && dialog.bye_received;
    return Judge(call, wire, records).verdict();
}

std::vector<std::string> judge_after_restart(const CallView& call, const WireView& wire, const std::vector<CallRecord>& records) {
    return Judge(call, wire, records).verdict_after_restart();
}

std::vector<std::string> judge_charged(const CallView& call, const std::vector<CallRecord>& records, bool restarted, Tally& tally) {
    std::vector<std::string> wrong;
    const auto expect = [&](bool right, std::string_view what) {
        if (!right) wrong.push_back(fmt::format("{}: {}", call.script.call_id, what));
    };
    expect(call.caller.result != CallerView::Result::calling, "the caller still waits");
    for (const LegView& leg : call.legs) expect(leg.result != LegView::Result::invited, "a phone still rings");
    for (const CallRecord& record : records) {
        expect(!record.in_progress() && record.dialog.empty(), "a record still in progress");
        expect(record.account == "acme" && record.destination == call.script.callee, "who pays for what");
        if (record.to_tag.empty()) {
            expect((record.status == 402) == (record.rule == charging::Rule::no_credit), "refused for want of credit, and on record as that");
            tally.denied += record.status == 402;
            continue;
        }
        const bool cut = record.end == End::credit;
        tally.cut += cut;
        expect(cut || record.end == End::caller || record.end == End::callee, "an answered call ended by nobody");
        expect(cut == (record.rule == charging::Rule::no_credit), "the rule of its end");
        expect(record.rated.has_value(), "an answered call without a price");
        const auto leg = std::find_if(call.legs.begin(), call.legs.end(), [&](const LegView& l) { return l.tag == record.to_tag; });
        const auto& dialogs = call.caller.dialogs;
        const auto dialog = std::find_if(dialogs.begin(), dialogs.end(), [&](const CallerDialog& d) { return d.tag == record.to_tag; });
        if (leg == call.legs.end() || !cut) continue;
        expect(leg->bye_sent || leg->bye_received, "the callee knows that it is over");
        if (dialog == dialogs.end()) continue;  // its 2xx was lost
        expect(dialog->bye_sent || dialog->bye_received, "the caller knows that it is over");
        if (restarted) continue;  // the cut itself may have been begun anew
        expect(leg->byes <= 1U + dialog->bye_sent && dialog->byes <= 1U + leg->bye_sent, "more than one BYE of the server's");
    }
    return wrong;
}

}  // namespace offhook::sim
