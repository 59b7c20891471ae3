#include "offhook/sdp/bundle.hpp"

#include <algorithm>
#include <map>

#include "offhook/base/text.hpp"
#include "offhook/sdp/grouping.hpp"

namespace offhook::sdp {

namespace {

constexpr std::size_t none = static_cast<std::size_t>(-1);

}  // namespace

std::map<std::string_view, std::size_t> sections_by_mid(const Description& description) {
    std::map<std::string_view, std::size_t> sections;
    for (std::size_t i = 0; i < description.media.size(); ++i)
        if (const auto mid = description.media[i].attribute("mid")) sections.emplace(*mid, i);
    return sections;
}

std::vector<std::size_t> transport_sections(const Description& description) {
    std::vector<std::size_t> transport(description.media.size());
    for (std::size_t i = 0; i < transport.size(); ++i) transport[i] = i;
    const auto by_mid = sections_by_mid(description);
    std::vector<bool> grouped(transport.size());
    for (const Attribute& row : description.attributes) {
        if (row.name != "group") continue;
        const auto group = parse_group(row.value);
        if (!group || !iequals(group->semantics, "BUNDLE")) continue;
        std::size_t tagged = none;
        std::vector<std::size_t> members;
        for (const std::string_view mid : group->mids) {
            const auto found = by_mid.find(mid);
            if (found == by_mid.end() || grouped[found->second]) continue;
            grouped[found->second] = true;
            members.push_back(found->second);
            if (tagged == none && description.media[found->second].port != 0) tagged = found->second;
        }
        if (tagged != none)
            for (const std::size_t member : members) transport[member] = tagged;
    }
    return transport;
}

std::vector<std::size_t> transport_sections(const Description& offer, const Description& answer) {
    const auto offered = transport_sections(offer);
    auto transport = transport_sections(answer);
    bool same_tags = offered.size() == transport.size();
    for (std::size_t i = 0; same_tags && i < transport.size(); ++i) {
        const auto tag = answer.media[i].attribute("mid");
        same_tags = !tag || tag == offer.media[i].attribute("mid");
    }
    for (std::size_t i = 0; i < transport.size(); ++i)
        if (!same_tags || offered[i] != offered[transport[i]]) transport[i] = i;
    return transport;
}

SharedAttributes::SharedAttributes(const Description& description) {
    const auto by_name = [](const std::vector<Attribute>& rows) {
        ByName out;
        for (const Attribute& row : rows) out.push_back(&row);
        std::ranges::sort(out, [](const Attribute* a, const Attribute* b) { return a->name != b->name ? a->name < b->name : a < b; });
        return out;
    };
    for (const Media& medium : description.media) sections_.push_back(by_name(medium.attributes));
    session_ = by_name(description.attributes);
}

const Attribute* SharedAttributes::find(std::size_t section, std::size_t transport, std::string_view name) const {
    for (const ByName* rows : {&sections_[section], &sections_[transport], &session_}) {
        const auto found = std::ranges::lower_bound(*rows, name, {}, [](const Attribute* row) { return row->name; });
        if (found != rows->end() && (*found)->name == name) return *found;
    }
    return nullptr;
}

bool is_ice_attribute(std::string_view name) {
    return name == "candidate" || name == "remote-candidates" || name == "end-of-candidates" || name.starts_with("ice-");
}

bool is_transport_attribute(std::string_view name) {
    constexpr std::string_view names[] = {"rtcp", "rtcp-mux", "rtcp-mux-only", "setup", "fingerprint", "tls-id", "crypto", "connection"};
    return is_ice_attribute(name) || std::find(std::begin(names), std::end(names), name) != std::end(names);
}

bool in_use(const Description& description, std::size_t section, std::size_t transport) {
    const Media& medium = description.media[section];
    return medium.accepted() || (transport != section && medium.attribute("bundle-only"));
}

}  // namespace offhook::sdp
