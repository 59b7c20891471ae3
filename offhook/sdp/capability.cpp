#include "offhook/sdp/capability.hpp"

#include "offhook/sdp/scan.hpp"

namespace offhook::sdp {

std::expected<std::vector<std::string_view>, ParseError> parse_option_tags(std::string_view value) {
    Scan scan(value);
    std::vector<std::string_view> tags;
    do {
        const std::string_view tag = scan.token();
        if (tag.empty()) return scan.fail();
        tags.push_back(tag);
    } while (scan.eat(','));
    if (!scan.done()) return scan.fail();
    return tags;
}

}  // namespace offhook::sdp
