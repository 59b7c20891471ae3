// a=creq and a=csup of capability negotiation: RFC 5939 §3.3. Tolerated, not done: their grammar is checked; an answer has none of them,
// which says that nobody here negotiates capabilities. acap, tcap, pcfg and acfg pass as they are.
#pragma once
#include <expected>
#include <string_view>
#include <vector>

#include "offhook/sdp/error.hpp"

namespace offhook::sdp {

[[nodiscard]] std::expected<std::vector<std::string_view>, ParseError> parse_option_tags(std::string_view value);  ///< "cap-v0,foo"

}  // namespace offhook::sdp
