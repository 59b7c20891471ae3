// All users in memory: what digest authentication reads on every shard. Filled at start, changed after each commit.
// Thread rule: any thread; stripes under a mutex each.
#pragma once
#include <array>
#include <atomic>
#include <boost/unordered/unordered_flat_set.hpp>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "offhook/auth/user_directory.hpp"
#include "offhook/store/rows.hpp"

namespace offhook::store {

class UserTable final : public auth::UserDirectory {
public:
    /// The domain in any case of letters. Allocates nothing.
    [[nodiscard]] auth::UserSnapshot find(std::string_view domain, std::string_view name) const override;
    [[nodiscard]] std::array<bool, auth::algorithm_count> offered(std::string_view realm) const override;
    [[nodiscard]] bool loaded() const override { return loaded_.load(std::memory_order_acquire); }

    void put(auth::UserSnapshot user);  ///< adds or replaces
    void remove(std::string_view domain, std::string_view name);
    void apply(const UserChange& change);  ///< a committed one
    void set_loaded();
    /// Waits, not for ever: false if the users are not loaded in this time.
    bool wait_loaded(std::chrono::milliseconds limit) const;
    [[nodiscard]] std::size_t size() const { return size_.load(std::memory_order_relaxed); }

private:
    struct Key {
        std::string_view domain, name;
    };
    static Key key(const Key& k) { return k; }
    static Key key(const auth::UserSnapshot& user) { return {user->domain, user->name}; }
    static std::size_t hash(const Key& k);
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(const auto& k) const { return hash(key(k)); }
    };
    struct Equal {
        using is_transparent = void;
        bool operator()(const auto& a, const auto& b) const;
    };
    struct alignas(64) Stripe {
        mutable std::mutex mutex;
        boost::unordered_flat_set<auth::UserSnapshot, Hash, Equal> users;
    };
    struct Realm {
        std::size_t users = 0;
        std::array<std::size_t, auth::algorithm_count> lacking{};  ///< users without an HA1 of this algorithm
    };

    [[nodiscard]] const Stripe& stripe(const Key& k) const { return stripes_[hash(k) >> 7 & (stripes_.size() - 1)]; }
    void count(const auth::User& user, bool add);

    std::array<Stripe, 64> stripes_;
    mutable std::mutex loaded_mutex_;
    mutable std::condition_variable loaded_changed_;
    mutable std::mutex realms_mutex_;
    std::map<std::string, Realm, std::less<>> realms_;
    std::atomic<std::size_t> size_{0};
    std::atomic<bool> loaded_{false};
};

}  // namespace offhook::store
