#include "offhook/location/memory_store.hpp"

namespace offhook::location {

BindingSnapshot MemoryBindingStore::find(std::string_view address_of_record) const {
    const auto found = sets_.find(address_of_record);
    return found == sets_.end() ? nullptr : found->second;
}

void MemoryBindingStore::commit(BindingSnapshot next, Ticket ticket) { pending_.push_back({std::move(next), ticket, now_ + delay_}); }

void MemoryBindingStore::advance(Now now) {
    now_ = now.steady;
    while (!pending_.empty() && pending_.front().due <= now.steady) {
        const Pending done = std::move(pending_.front());
        pending_.pop_front();
        ++commits_;
        const bool ok = failing_ == 0;
        if (!ok) {
            --failing_;
        } else if (done.next->bindings.empty()) {
            sets_.erase(done.next->address_of_record);
        } else {
            sets_.insert_or_assign(std::string(done.next->address_of_record), done.next);
        }
        answer_(done.ticket, ok, now);
    }
}

std::optional<Instant> MemoryBindingStore::next_due() const {
    if (pending_.empty()) return std::nullopt;
    return pending_.front().due;
}

}  // namespace offhook::location
