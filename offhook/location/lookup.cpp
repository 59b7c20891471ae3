#include "offhook/location/lookup.hpp"

#include <algorithm>
#include <chrono>

#include "offhook/base/text.hpp"
#include "offhook/message/parameters.hpp"

namespace offhook::location {

Targets targets(const BindingSet& set, UtcTime now) {
    Targets result;
    const auto higher = [](const Binding* a, const Binding* b) { return a->q > b->q; };
    for (const Binding& binding : set.bindings)
        if (binding.expires > now) result.insert(std::upper_bound(result.begin(), result.end(), &binding, higher), &binding);
    return result;
}

std::uint32_t remaining_seconds(const Binding& binding, UtcTime now) {
    if (binding.expires <= now) return 0;
    return static_cast<std::uint32_t>(std::chrono::ceil<std::chrono::seconds>(binding.expires - now).count());
}

void append_request_uri(std::string& out, std::string_view contact) {
    const auto uri = message::parse_uri(contact);
    if (!uri || !uri->is_sip()) {
        out += contact;
        return;
    }
    // What was parsed, not the first question mark, says where they begin: the user part may hold one too (§25.1, user-unreserved).
    const auto at = [&](std::string_view part) { return static_cast<std::size_t>(part.data() - contact.data()); };
    const std::size_t end = uri->headers.empty() ? contact.size() : at(uri->headers) - 1;
    out += contact.substr(0, uri->parameters.empty() ? end : at(uri->parameters));
    message::ParameterReader reader(uri->parameters);
    while (const auto parameter = reader.next()) {
        if (iequals(parameter->name, "method")) continue;
        out += ';';
        out += parameter->text;
    }
}

bool behind_nat(const message::Uri& contact, const transport::Flow& flow, bool has_path) {
    if (has_path || !contact.is_sip()) return false;
    if (const auto address = IpAddress::parse(contact.host)) return *address != flow.remote.address;
    constexpr std::string_view invalid = ".invalid";
    return contact.host.size() > invalid.size() && iequals(contact.host.substr(contact.host.size() - invalid.size()), invalid);
}

}  // namespace offhook::location
