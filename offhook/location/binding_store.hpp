// The port of bindings: committed snapshots to read, and commits that are durable before they are acknowledged (design rule 4).
// location/memory_store.hpp implements it for tests, store/ on SQLite.
#pragma once
#include <string_view>

#include "offhook/base/ticket.hpp"
#include "offhook/location/binding.hpp"

namespace offhook::location {

class BindingStore {
public:
    virtual ~BindingStore() = default;

    /// Committed bindings only; null if there are none. Any shard may ask for any address of record.
    [[nodiscard]] virtual BindingSnapshot find(std::string_view address_of_record) const = 0;
    /// False until the stored bindings were read at start: look-ups that find nothing then prove nothing.
    [[nodiscard]] virtual bool loaded() const = 0;

    /// Makes `next` the bindings of its address of record (an empty set removes them), publishes the snapshot, then answers the
    /// ticket with true; on failure changes nothing and answers false. Never answers inside this call. Only the owner shard of the
    /// address of record calls it, one commit at a time for each address.
    virtual void commit(BindingSnapshot next, Ticket ticket) = 0;
};

}  // namespace offhook::location
