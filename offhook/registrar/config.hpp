// What an operator says about registrations. Each field with its default and its help.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/base/text.hpp"

namespace offhook::registrar {

struct Config {
    /// Domains that bindings are kept for, in lower case. At least one.
    std::vector<std::string> domains;

    /// Shortest interval, in seconds, that a phone may ask for; a shorter one below an hour is answered with 423. Default: 60.
    std::uint32_t min_expires = 60;
    /// Interval, in seconds, of a phone that asks for none. Default: 3600.
    std::uint32_t default_expires = 3600;
    /// Longest interval, in seconds: more is lowered to it. Default: 86400.
    std::uint32_t max_expires = 86'400;

    /// Contacts of one address of record at a time; a request that would exceed them is answered with 403. Default: 10.
    std::uint32_t max_contacts = 10;
    /// Octets of one contact with its parameters and Path; a larger one is answered with 413. Default: 4096.
    std::uint32_t max_binding_size = 4'096;

    /// Whether a Path is stored for a phone that does not say "Supported: path"; otherwise such a request is answered with 420, as
    /// RFC 3327 §5.3 recommends. Default: false.
    bool path_without_supported = false;

    /// Requests of one address of record that wait while an earlier one is being stored; 503 beyond. Default: 8.
    std::uint32_t max_waiting = 8;
    /// Seconds in the Retry-After of a 503. Default: 5.
    std::uint32_t retry_after = 5;

    [[nodiscard]] bool own_domain(std::string_view host) const {
        for (const std::string& domain : domains)
            if (iequals(domain, host)) return true;
        return false;
    }
};

}  // namespace offhook::registrar
