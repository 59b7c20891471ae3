// A user agent's answer to 401 and 407 (RFC 7616 §3.4, RFC 8760 §2.4). Thread rule: one worker.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "apps/offhook/storm/plan.hpp"
#include "offhook/auth/hash.hpp"
#include "offhook/base/siphash.hpp"
#include "offhook/message/message.hpp"

namespace offhook::cli::storm {

class Credentials {
public:
    explicit Credentials(const SipKey& key) : key_(key) {}

    /// Appends the header line that answers the first challenge which can be answered; false if there is none, or no password.
    [[nodiscard]] bool append(std::string& out, const message::Message& refusal, std::string_view method, std::string_view uri, const User& user);
    /// The challenge says that only the nonce was too old.
    [[nodiscard]] static bool stale(const message::Message& refusal);

private:
    auth::Hasher hasher_;
    SipKey key_;
    std::uint64_t serial_ = 0;
};

}  // namespace offhook::cli::storm
