#include "offhook/store/user_table.hpp"

#include <utility>

#include "offhook/base/text.hpp"

namespace offhook::store {

std::size_t UserTable::hash(const Key& k) {
    std::size_t h = 0xcbf29ce484222325;  // FNV-1a over the folded domain: the table is filled by the operator, not by peers
    for (const char c : k.domain) h = (h ^ static_cast<unsigned char>(to_lower(c))) * 0x100000001b3;
    return h ^ (std::hash<std::string_view>{}(k.name) * 0x9e3779b97f4a7c15);
}

bool UserTable::Equal::operator()(const auto& a, const auto& b) const {
    const Key x = key(a), y = key(b);
    return x.name == y.name && iequals(x.domain, y.domain);
}

auth::UserSnapshot UserTable::find(std::string_view domain, std::string_view name) const {
    const Key k{domain, name};
    const Stripe& s = stripe(k);
    const std::lock_guard lock(s.mutex);
    const auto found = s.users.find(k);
    return found == s.users.end() ? nullptr : *found;
}

std::array<bool, auth::algorithm_count> UserTable::offered(std::string_view realm) const {
    std::array<bool, auth::algorithm_count> all{};
    all.fill(true);
    const std::lock_guard lock(realms_mutex_);
    const auto found = realms_.find(realm);
    if (found == realms_.end()) return all;
    for (std::size_t a = 0; a < all.size(); ++a) all[a] = found->second.lacking[a] == 0;
    return all;
}

void UserTable::set_loaded() {
    {
        const std::lock_guard lock(loaded_mutex_);
        loaded_.store(true, std::memory_order_release);
    }
    loaded_changed_.notify_all();
}

bool UserTable::wait_loaded(std::chrono::milliseconds limit) const {
    std::unique_lock lock(loaded_mutex_);
    return loaded_changed_.wait_for(lock, limit, [this] { return loaded(); });
}

void UserTable::count(const auth::User& user, bool add) {
    const auto change = [add](std::size_t& n) { add ? ++n : --n; };
    const std::lock_guard lock(realms_mutex_);
    const auto at = realms_.try_emplace(user.realm).first;
    change(at->second.users);
    for (std::size_t a = 0; a < auth::algorithm_count; ++a)
        if (user.ha1[a].plain_name.empty()) change(at->second.lacking[a]);
    if (at->second.users == 0) realms_.erase(at);
}

void UserTable::put(auth::UserSnapshot user) {
    // Counted in before the old one is counted out: a realm never looks empty in between, which would offer everything.
    count(*user, true);
    auth::UserSnapshot old;
    const Key k = key(user);
    Stripe& s = const_cast<Stripe&>(stripe(k));
    {
        const std::lock_guard lock(s.mutex);
        const auto found = s.users.find(k);
        if (found != s.users.end()) {
            old = *found;
            s.users.erase(found);
        }
        s.users.insert(std::move(user));
    }
    if (old) {
        count(*old, false);
    } else {
        size_.fetch_add(1, std::memory_order_relaxed);
    }
}

void UserTable::remove(std::string_view domain, std::string_view name) {
    auth::UserSnapshot old;
    const Key k{domain, name};
    Stripe& s = const_cast<Stripe&>(stripe(k));
    {
        const std::lock_guard lock(s.mutex);
        const auto found = s.users.find(k);
        if (found == s.users.end()) return;
        old = *found;
        s.users.erase(found);
    }
    count(*old, false);
    size_.fetch_sub(1, std::memory_order_relaxed);
}

void UserTable::apply(const UserChange& change) {
    const auth::User& user = change.user;
    if (change.kind == UserChange::Kind::add) return put(std::make_shared<const auth::User>(user));
    if (change.kind == UserChange::Kind::remove) return remove(user.domain, user.name);
    const auth::UserSnapshot old = find(user.domain, user.name);
    if (!old) return;
    auth::User next = *old;
    if (change.kind == UserChange::Kind::set_enabled) {
        next.enabled = user.enabled;
    } else if (change.kind == UserChange::Kind::set_account) {
        next.account = user.account;
    } else {
        next.realm = user.realm;
        next.ha1 = user.ha1;
    }
    put(std::make_shared<const auth::User>(std::move(next)));
}

}  // namespace offhook::store
