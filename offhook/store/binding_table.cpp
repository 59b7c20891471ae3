#include "offhook/store/binding_table.hpp"

#include <utility>

namespace offhook::store {

location::BindingSnapshot BindingTable::find(std::string_view address_of_record) const {
    const Stripe& s = stripe(address_of_record);
    const std::lock_guard lock(s.mutex);
    const auto found = s.sets.find(address_of_record);
    return found == s.sets.end() ? nullptr : *found;
}

void BindingTable::publish(const location::BindingSnapshot& next) {
    location::BindingSnapshot old;  // freed after the lock is released
    Stripe& s = const_cast<Stripe&>(stripe(next->address_of_record));
    const std::lock_guard lock(s.mutex);
    const auto found = s.sets.find(next->address_of_record);
    if (found != s.sets.end()) {
        old = *found;
        s.sets.erase(found);  // the key lies in the set that is replaced
        size_.fetch_sub(1, std::memory_order_relaxed);
    }
    if (next->bindings.empty()) return;
    s.sets.insert(next);
    size_.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace offhook::store
