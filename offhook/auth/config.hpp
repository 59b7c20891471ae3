// What an operator says about authentication: the own domains, the realm, algorithms, trusted networks. Each field with its default
// and its help.
#pragma once
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/auth/user_directory.hpp"
#include "offhook/base/address.hpp"
#include "offhook/base/text.hpp"
#include "offhook/base/time.hpp"

namespace offhook::auth {

struct Config {
    /// Domains whose users are ours, in lower case, the main one first. At least one.
    std::vector<std::string> domains;

    /// The realm of every challenge; the HA1s of all users are made for it. Default: the first domain.
    std::string realm;

    /// Algorithms to offer, the most preferred first. One that a user has no hash for is left out. Default: SHA-256, then MD5 for
    /// phones that know nothing else.
    std::vector<Algorithm> algorithms{Algorithm::sha256, Algorithm::md5};

    /// How long a nonce is accepted after it was issued. Default: 300 s.
    Duration nonce_lifetime = std::chrono::seconds(300);

    /// Networks whose senders are not challenged, except for REGISTER, and whose P-Asserted-Identity is believed. Default: none.
    std::vector<Network> trusted;

    /// Wrong answers of one user name from one address within `failure_window` after which its requests get 403 for `failure_pause`.
    /// 0 sets no limit. Default: 0.
    std::uint32_t max_failures = 0;
    Duration failure_window = std::chrono::seconds(60);  ///< default: 60 s
    Duration failure_pause = std::chrono::seconds(60);   ///< default: 60 s

    /// Seconds in the Retry-After of a 503 while nobody can verify. Default: 5.
    std::uint32_t retry_after = 5;

    [[nodiscard]] std::string_view effective_realm() const { return realm.empty() && !domains.empty() ? std::string_view(domains.front()) : realm; }

    /// The configured spelling of the domain with this name in any case; empty if it is not ours.
    [[nodiscard]] std::string_view own_domain(std::string_view host) const {
        for (const std::string& domain : domains)
            if (iequals(domain, host)) return domain;
        return {};
    }

    [[nodiscard]] bool trusts(const IpAddress& address) const {
        for (const Network& network : trusted)
            if (network.contains(address)) return true;
        return false;
    }
};

}  // namespace offhook::auth
