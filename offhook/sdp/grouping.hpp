// a=group and a=mid: media lines that belong together. RFC 5888 §4, §5; BUNDLE: RFC 9143.
#pragma once
#include <expected>
#include <string_view>
#include <vector>

#include "offhook/sdp/error.hpp"

namespace offhook::sdp {

struct Group {
    std::string_view semantics;          ///< "BUNDLE", "LS", "FID"
    std::vector<std::string_view> mids;  ///< may be none
};
[[nodiscard]] std::expected<Group, ParseError> parse_group(std::string_view value);
[[nodiscard]] std::expected<std::string_view, ParseError> parse_mid(std::string_view value);

}  // namespace offhook::sdp
