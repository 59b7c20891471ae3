#include "offhook/accounting/call_table.hpp"

#include <array>
#include <utility>

namespace offhook::accounting {

using dialog::Direction;

void KeptRecord::keep(const CallRecord& record, std::string_view offer) {
    id = record.id;
    call = record.call;
    invited = record.invited;
    ringing = record.ringing;
    answered = record.answered;
    ended = record.ended;
    end = record.end;
    on_net = record.on_net;
    status_ = record.status;
    std::array<std::string_view, text_count> texts;
    texts[user] = record.user;
    texts[request_uri] = record.request_uri;
    texts[binding] = record.binding;
    texts[reason] = record.reason;
    texts[caller_agent] = record.caller_agent;
    texts[callee_agent] = record.callee_agent;
    texts[codecs] = record.codecs;
    texts[source] = record.source;
    texts[account] = record.account;
    texts[destination] = record.destination;
    texts[offer_text] = offer;
    texts_.assign(texts);
}

void KeptRecord::restore(const dialog::DialogState& state, CallRecord& record) const {
    record.id = id;
    record.call = call;
    record.sip_call_id = state.call_id();
    record.from_tag = state.tag(Direction::from_caller);
    record.to_tag = state.tag(Direction::from_callee);
    record.user = texts_[user];
    record.from_uri = state.uri(Direction::from_caller);
    record.to_uri = state.uri(Direction::from_callee);
    record.request_uri = texts_[request_uri];
    record.binding = texts_[binding];
    record.invited = invited;
    record.ringing = ringing;
    record.answered = answered;
    record.ended = ended;
    record.end = end;
    record.status = status_;
    record.reason = texts_[reason];
    record.caller_agent = texts_[caller_agent];
    record.callee_agent = texts_[callee_agent];
    record.codecs = texts_[codecs];
    record.source = texts_[source];
    record.account = texts_[account];
    record.destination = texts_[destination];
    record.on_net = on_net;
    record.rule = charging::Rule::none;
    record.granted = Duration::max();
    record.rated.reset();
}

CallTable::CallTable(const SipKey& key, std::size_t expected) : key_(key) { by_dialog_.reserve(expected); }

std::uint64_t CallTable::key_of(std::string_view call_id, std::string_view tag, std::string_view other_tag) const {
    if (other_tag < tag) std::swap(tag, other_tag);
    return SipHash(key_).add(call_id).add(tag).add(other_tag).finish();
}

void CallTable::index(Handle handle) {
    Leg* leg = legs.find(handle);
    const dialog::DialogState& dialog = leg->kept->dialog;
    leg->key = key_of(dialog.call_id(), dialog.tag(Direction::from_caller), dialog.tag(Direction::from_callee));
    by_dialog_[leg->key] = handle;
}

Handle CallTable::add_attempt(Timer::Fire fire, Accounting& owner) {
    const Handle handle = attempts.emplace(fire, owner);
    Attempt& attempt = *attempts.find(handle);
    attempt.linger.self = handle;
    attempt.text = spare_texts_.take();
    return handle;
}

Handle CallTable::add_leg(Timer::Fire fire, Accounting& owner) {
    const Handle handle = legs.emplace(fire, owner);
    legs.find(handle)->kept = spare_kept_.take();
    return handle;
}

void CallTable::erase_attempt(Handle handle) {
    Attempt* attempt = attempts.find(handle);
    if (attempt == nullptr) return;
    drop_text(*attempt);
    spare_kept_.give_back(std::move(attempt->kept));
    attempts.erase(handle);
}

void CallTable::erase_leg(Handle handle) {
    Leg* leg = legs.find(handle);
    if (leg == nullptr) return;
    if (Attempt* attempt = attempts.find(leg->attempt)) attempt->kept = std::move(leg->kept);
    spare_kept_.give_back(std::move(leg->kept));
    if (const auto found = by_dialog_.find(leg->key); found != by_dialog_.end() && found->second == handle) by_dialog_.erase(found);
    legs.erase(handle);
}

const Kept& CallTable::first_answer(const Attempt& attempt) { return attempt.kept ? *attempt.kept : *legs.find(attempt.first)->kept; }

dialog::CallPort::InDialog CallTable::find(std::string_view call_id, std::string_view from_tag, std::string_view to_tag) {
    const auto found = by_dialog_.find(key_of(call_id, from_tag, to_tag));
    if (found == by_dialog_.end()) return {};
    const Leg* leg = legs.find(found->second);
    if (leg == nullptr || leg->kept->dialog.call_id() != call_id) return {};
    const auto direction = dialog::direction_of(leg->kept->dialog, from_tag, to_tag);
    if (!direction) return {};
    return {found->second, *direction};
}

}  // namespace offhook::accounting
