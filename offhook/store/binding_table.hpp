// The published bindings: committed snapshots by address of record, in stripes under a mutex each, held only to copy or replace
// one pointer. Thread rule: any thread.
#pragma once
#include <array>
#include <atomic>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string_view>

#include "offhook/location/binding.hpp"

namespace offhook::store {

class BindingTable {
public:
    /// Null if there are none. Allocates nothing.
    [[nodiscard]] location::BindingSnapshot find(std::string_view address_of_record) const;
    /// Replaces what is there for this address of record; an empty set removes it.
    void publish(const location::BindingSnapshot& next);
    [[nodiscard]] std::size_t size() const { return size_.load(std::memory_order_relaxed); }  ///< addresses of record

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view address) const { return std::hash<std::string_view>{}(address); }
        std::size_t operator()(const location::BindingSnapshot& set) const { return (*this)(set->address_of_record); }
    };
    struct Equal {
        using is_transparent = void;
        static std::string_view key(std::string_view address) { return address; }
        static std::string_view key(const location::BindingSnapshot& set) { return set->address_of_record; }
        bool operator()(const auto& a, const auto& b) const { return key(a) == key(b); }
    };
    struct alignas(64) Stripe {
        mutable std::mutex mutex;
        boost::unordered_flat_set<location::BindingSnapshot, Hash, Equal> sets;
    };

    [[nodiscard]] const Stripe& stripe(std::string_view address) const { return stripes_[Hash{}(address) >> 7 & (stripes_.size() - 1)]; }

    std::array<Stripe, 64> stripes_;
    std::atomic<std::size_t> size_{0};
};

}  // namespace offhook::store
