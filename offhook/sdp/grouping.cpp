#include "offhook/sdp/grouping.hpp"

#include "offhook/sdp/scan.hpp"

namespace offhook::sdp {

std::expected<Group, ParseError> parse_group(std::string_view value) {
    Scan scan(value);
    Group group;
    group.semantics = scan.token();
    if (group.semantics.empty()) return scan.fail();
    while (!scan.done()) {
        if (!scan.blank()) return scan.fail();
        const std::string_view mid = scan.token();
        if (mid.empty()) return scan.fail();
        group.mids.push_back(mid);
    }
    return group;
}

std::expected<std::string_view, ParseError> parse_mid(std::string_view value) {
    Scan scan(value);
    const std::string_view mid = scan.token();
    if (mid.empty() || !scan.done()) return scan.fail();
    return mid;
}

}  // namespace offhook::sdp
