#include "offhook/proxy/domains.hpp"

#include "offhook/base/text.hpp"

namespace offhook::proxy {

OwnDomains::OwnDomains(const std::vector<std::string>& domains, const transport::ListenerTable& listeners) : listeners_(&listeners) {
    for (const std::string& domain : domains) {
        std::string name = lower(domain);
        const bool ports_matter = IpAddress::parse(name).has_value() || name == "localhost";
        domains_.push_back({std::move(name), ports_matter});
    }
}

std::string_view OwnDomains::find(std::string_view name) const {
    for (const Domain& domain : domains_)
        if (iequals(domain.name, name)) return domain.name;
    return {};
}

std::string_view OwnDomains::of(std::string_view host, std::uint16_t port) const {
    for (const Domain& domain : domains_) {
        if (!iequals(domain.name, host)) continue;
        if (port == 0 || !domain.ports_matter) return domain.name;
        for (const transport::Listener& listener : listeners_->all())
            if (port == listener.bound.port || (listener.advertise_port != 0 && port == listener.advertise_port)) return domain.name;
    }
    return listeners_->is_us(host, port) ? std::string_view(domains_.front().name) : std::string_view{};
}

std::string_view OwnDomains::of(const message::Uri& uri) const {
    if (!uri.is_sip() || domains_.empty()) return {};
    const auto maddr = uri.parameter("maddr");
    if (maddr && of(*maddr, uri.port).empty()) return {};
    return of(uri.host, uri.port);
}

bool OwnDomains::maddr_is_ours(const message::Uri& uri) const {
    const auto maddr = uri.is_sip() && !domains_.empty() ? uri.parameter("maddr") : std::nullopt;
    return maddr && !of(*maddr, uri.port).empty();
}

}  // namespace offhook::proxy
