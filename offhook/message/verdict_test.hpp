// What tests of parsers compare: "accepted", or the rule that is broken and the octet that breaks it.
#pragma once
#include <cstddef>
#include <string>

#include "offhook/message/error.hpp"

namespace offhook::message {

inline std::string refused(ErrorCode code, std::size_t offset) { return std::string(describe(code).text) + "@" + std::to_string(offset); }

template <class Expected>
std::string verdict(const Expected& value) {
    return value ? std::string("accepted") : refused(value.error().code, value.error().offset);
}

}  // namespace offhook::message
