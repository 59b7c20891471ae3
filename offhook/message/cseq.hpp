// CSeq (RFC 3261 §20.16) as a view.
#pragma once
#include <cstdint>
#include <expected>
#include <string_view>

#include "offhook/message/error.hpp"
#include "offhook/message/method.hpp"

namespace offhook::message {

struct CSeq {
    std::uint32_t number;  ///< below 2^31 (§8.1.1.5)
    Method method;
    std::string_view method_name;
};
[[nodiscard]] std::expected<CSeq, ParseError> parse_cseq(std::string_view text);

}  // namespace offhook::message
