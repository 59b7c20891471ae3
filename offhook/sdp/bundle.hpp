// Which media descriptions share one transport: the BUNDLE group of RFC 9143, and attributes that hold for all of it.
#pragma once
#include <cstddef>
#include <map>
#include <string_view>
#include <vector>

#include "offhook/sdp/description.hpp"

namespace offhook::sdp {

/// For each m= line the one that carries its transport: itself, or the tagged one of its BUNDLE group (RFC 9143 §7.3.1: the first
/// tag of the group whose section has a port). A section belongs to the first group that names it.
[[nodiscard]] std::vector<std::size_t> transport_sections(const Description& description);

/// The same of an exchange: only what the answer took over of the offer's groups counts (RFC 9143 §7.3), nothing if a tag differs (RFC 5888 §9.1).
[[nodiscard]] std::vector<std::size_t> transport_sections(const Description& offer, const Description& answer);

/// Section of each tag of a=mid; of a tag that stands twice the first.
[[nodiscard]] std::map<std::string_view, std::size_t> sections_by_mid(const Description& description);

/// Attributes that a section shares with others, by name. Made once for a description, which must outlive it: looked for in the lines
/// themselves, thousands of lines in thousands of sections would take their product.
class SharedAttributes {
public:
    explicit SharedAttributes(const Description& description);
    /// The first one of the section, else of the one that carries its transport, else of the session; null if there is none.
    [[nodiscard]] const Attribute* find(std::size_t section, std::size_t transport, std::string_view name) const;

private:
    using ByName = std::vector<const Attribute*>;
    std::vector<ByName> sections_;
    ByName session_;
};

/// RFC 8859: TRANSPORT or IDENTICAL: stands in the tagged section only, once the group is agreed on.
[[nodiscard]] bool is_transport_attribute(std::string_view name);
[[nodiscard]] bool is_ice_attribute(std::string_view name);

/// Whether a section is in use: it has a port, or none of its own since it travels with its group (bundle-only).
[[nodiscard]] bool in_use(const Description& description, std::size_t section, std::size_t transport);

}  // namespace offhook::sdp
