#include "offhook/store/session_pool.hpp"

#include <algorithm>

namespace offhook::store {

SessionPool::SessionPool(const Config& config) : config_(config), free_(std::max<std::size_t>(config.readers, 1)) {}

std::unique_ptr<soci::session> SessionPool::take() {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [this] { return free_ != 0; });
    --free_;
    if (idle_.empty()) return nullptr;
    std::unique_ptr<soci::session> session = std::move(idle_.back());
    idle_.pop_back();
    return session;
}

std::unique_ptr<soci::session> SessionPool::open() {
    auto session = std::make_unique<soci::session>();
    connect(*session, config_, false);
    return session;
}

void SessionPool::give_back(std::unique_ptr<soci::session> session) {
    const std::lock_guard lock(mutex_);
    ++free_;
    if (session) idle_.push_back(std::move(session));
    returned_.notify_one();
}

}  // namespace offhook::store
