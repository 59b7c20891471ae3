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
    leg->key = key_of(leg->dialog.call_id, leg->dialog.caller.tag, leg->dialog.callee.tag);
    by_dialog_[leg->key] = handle;
}

void CallTable::erase_leg(Handle handle) {
    const Leg* leg = legs.find(handle);
    if (leg == nullptr) return;
    if (const auto found = by_dialog_.find(leg->key); found != by_dialog_.end() && found->second == handle) by_dialog_.erase(found);
    legs.erase(handle);
}

dialog::CallPort::InDialog CallTable::find(std::string_view call_id, std::string_view from_tag, std::string_view to_tag) {
    const auto found = by_dialog_.find(key_of(call_id, from_tag, to_tag));
    if (found == by_dialog_.end()) return {};
    const Leg* leg = legs.find(found->second);
    if (leg == nullptr || leg->dialog.call_id != call_id) return {};
    const auto direction = dialog::direction_of(leg->dialog, from_tag, to_tag);
    if (!direction) return {};
    return {found->second, *direction};
}

}  // namespace offhook::accounting
