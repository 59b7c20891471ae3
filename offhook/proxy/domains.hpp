// What is ours: the domains that we are responsible for (RFC 3261 §16.4, §16.5) and the addresses that we listen on.
//
// A domain that is an IP address or "localhost" is ours only without a port or with one that we listen on: the same machine's other
// ports are phones and servers of their own. Thread rule: const, any thread.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "offhook/message/uri.hpp"
#include "offhook/transport/listeners.hpp"

namespace offhook::proxy {

class OwnDomains {
public:
    OwnDomains(const std::vector<std::string>& domains, const transport::ListenerTable& listeners);

    /// The own domain, in lower case, that this URI belongs to; empty: it is not ours. Bare addresses of ours belong to the first one.
    /// A maddr that is not ours makes the URI somebody else's (RFC 3261 §16.4, §16.5).
    [[nodiscard]] std::string_view of(const message::Uri& uri) const;
    [[nodiscard]] bool is_ours(const message::Uri& uri) const { return !of(uri).empty(); }
    /// True if the URI has a maddr parameter and it is one of ours.
    [[nodiscard]] bool maddr_is_ours(const message::Uri& uri) const;
    [[nodiscard]] bool is_domain(std::string_view name) const { return !find(name).empty(); }

private:
    struct Domain {
        std::string name;
        bool ports_matter;
    };
    [[nodiscard]] std::string_view find(std::string_view name) const;
    [[nodiscard]] std::string_view of(std::string_view host, std::uint16_t port) const;

    std::vector<Domain> domains_;
    const transport::ListenerTable* listeners_;
};

}  // namespace offhook::proxy
