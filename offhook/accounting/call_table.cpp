#include "offhook/accounting/call_table.hpp"

#include <utility>

namespace offhook::accounting {

CallTable::CallTable(const SipKey& key, std::size_t expected) : key_(key) { by_dialog_.reserve(expected); }

std::uint64_t CallTable::key_of(std::string_view call_id, std::string_view tag, std::string_view other_tag) const {
    if (other_tag < tag) std::swap(tag, other_tag);
    return SipHash(key_).add(call_id).add(tag).add(other_tag).finish();
}

void CallTable::index(Handle handle) {
    Leg* leg = legs.find(handle);
    const dialog::DialogState& dialog = leg->text->dialog;
    leg->key = key_of(dialog.call_id, dialog.caller.tag, dialog.callee.tag);
    by_dialog_[leg->key] = handle;
}

Handle CallTable::add_attempt(Timer::Fire fire, Accounting& owner) {
    const Handle handle = attempts.emplace(fire, owner);
    Attempt& attempt = *attempts.find(handle);
    attempt.linger.self = handle;
    attempt.text = spare_attempts_.take();
    return handle;
}

Handle CallTable::add_leg(Timer::Fire end_fire, Timer::Fire update_fire, Accounting& owner) {
    const Handle handle = legs.emplace(end_fire, update_fire, owner);
    Leg& leg = *legs.find(handle);
    leg.end.self = leg.update.self = handle;
    leg.text = spare_legs_.take();
    return handle;
}

void CallTable::erase_attempt(Handle handle) {
    Attempt* attempt = attempts.find(handle);
    if (attempt == nullptr) return;
    spare_attempts_.give_back(std::move(attempt->text));
    attempts.erase(handle);
}

void CallTable::erase_leg(Handle handle) {
    Leg* leg = legs.find(handle);
    if (leg == nullptr) return;
    spare_legs_.give_back(std::move(leg->text));
    if (const auto found = by_dialog_.find(leg->key); found != by_dialog_.end() && found->second == handle) by_dialog_.erase(found);
    legs.erase(handle);
}

dialog::CallPort::InDialog CallTable::find(std::string_view call_id, std::string_view from_tag, std::string_view to_tag) {
    const auto found = by_dialog_.find(key_of(call_id, from_tag, to_tag));
    if (found == by_dialog_.end()) return {};
    const Leg* leg = legs.find(found->second);
    if (leg == nullptr || leg->text->dialog.call_id != call_id) return {};
    const auto direction = dialog::direction_of(leg->text->dialog, from_tag, to_tag);
    if (!direction) return {};
    return {found->second, *direction};
}

}  // namespace offhook::accounting
