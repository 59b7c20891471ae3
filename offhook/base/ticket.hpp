// The address of a suspended context: which shard, which slot, which generation (design rule 3). A port that may wait takes
// a ticket and later answers it exactly once; an answer to a stale generation is dropped.
#pragma once
#include <cstdint>

#include "offhook/base/slab.hpp"

namespace offhook {

struct Ticket {
    std::uint16_t shard = 0;
    std::uint16_t kind = 0;  ///< whose slab the handle is of: chosen by whoever wires the ports
    Handle handle;
    friend bool operator==(const Ticket&, const Ticket&) = default;
};

}  // namespace offhook
