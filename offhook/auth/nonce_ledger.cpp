#include "offhook/auth/nonce_ledger.hpp"

#include <algorithm>

namespace offhook::auth {

bool NonceLedger::admit(const NonceUse& use, UtcTime now) {
    // Entries stand in the order of use, and a nonce is used after it was issued: when the first has outlived its nonce it goes.
    // Nonces as old as it are not accepted from then on: a new configuration may have given them a longer life than their uses have here.
    while (!order_.empty() && order_.front().issued + limits_.lifetime < now) {
        forgotten_ = std::max(forgotten_, order_.front().issued + Duration(1));
        drop_oldest();
    }
    if (use.issued < forgotten_) return false;

    const std::uint64_t id = id_of(use);
    if (const auto found = seen_.find(id); found != seen_.end()) return found->second == use.request;

    if (order_.size() >= limits_.entries) {
        forgotten_ = std::max(forgotten_, order_.front().issued + Duration(1));
        drop_oldest();
        if (use.issued < forgotten_) return false;
    }
    if (order_.full()) order_.set_capacity(std::min(std::max<std::size_t>(2 * order_.capacity(), 256), limits_.entries));
    order_.push_back({id, use.issued});
    seen_.emplace(id, use.request);
    return true;
}

bool NonceLedger::spent(const NonceUse& use) const {
    if (use.issued < forgotten_) return true;
    const auto found = seen_.find(id_of(use));
    return found != seen_.end() && found->second != use.request;
}

std::uint64_t NonceLedger::id_of(const NonceUse& use) const { return SipHash(key_).add(use.nonce).add(use.nc).finish(); }

void NonceLedger::drop_oldest() {
    seen_.erase(order_.front().id);
    order_.pop_front();
}

std::uint64_t fingerprint(const SipKey& key, std::string_view call_id, std::string_view cseq, std::string_view digest_uri) {
    return SipHash(key).add(call_id).add(cseq).add(digest_uri).finish();
}

}  // namespace offhook::auth
