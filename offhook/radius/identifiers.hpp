// The 256 identifiers of one source port towards one server, given out least recently used first (RFC 5080 §2.2.2), each with the
// request that has it.
#pragma once
#include <array>
#include <cstdint>
#include <numeric>
#include <optional>

#include "offhook/base/slab.hpp"

namespace offhook::radius {

class Identifiers {
public:
    Identifiers() { std::iota(free_.begin(), free_.end(), std::uint8_t{0}); }

    /// Nothing if all are in use.
    [[nodiscard]] std::optional<std::uint8_t> take(Handle owner) {
        if (in_use_ == free_.size()) return std::nullopt;
        const std::uint8_t identifier = free_[head_++];  // wraps around as it should: there are 256
        ++in_use_;
        owners_[identifier] = owner;
        return identifier;
    }
    /// Of one that is in use.
    void release(std::uint8_t identifier) {
        owners_[identifier] = {};
        free_[static_cast<std::uint8_t>(head_ - in_use_)] = identifier;
        --in_use_;
    }
    /// Names nobody if it is not in use.
    [[nodiscard]] Handle owner(std::uint8_t identifier) const { return owners_[identifier]; }
    [[nodiscard]] std::size_t in_use() const { return in_use_; }

private:
    std::array<std::uint8_t, 256> free_;  ///< a ring: from head_ the free ones, longest free first
    std::array<Handle, 256> owners_{};
    std::uint8_t head_ = 0;
    std::size_t in_use_ = 0;
};

}  // namespace offhook::radius
