#include "offhook/proxy/domains.hpp"

#include "offhook/base/text.hpp"

namespace offhook::proxy {

OwnDomains::OwnDomains(std::vector<std::string> domains, const transport::ListenerTable& listeners) : listeners_(&listeners) {
    for (std::string& domain : domains) {
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

std::string_view OwnDomains::of(const message::Uri& uri) const {
    if (!uri.is_sip() || domains_.empty()) return {};
    for (const Domain& domain : domains_) {
        if (!iequals(domain.name, uri.host)) continue;
        if (uri.port == 0 || !domain.ports_matter) return domain.name;
        for (const transport::Listener& listener : listeners_->all())
            if (uri.port == listener.bound.port || (listener.advertise_port != 0 && uri.port == listener.advertise_port)) return domain.name;
    }
    return listeners_->is_us(uri.host, uri.port) ? std::string_view(domains_.front().name) : std::string_view{};
}

}  // namespace offhook::proxy
