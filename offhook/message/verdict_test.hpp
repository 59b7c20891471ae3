// What tests of parsers compare: "accepted", or the rule that is broken and the octet that breaks it.
#pragma once
#include <gtest/gtest.h>

#include <cstddef>
#include <initializer_list>
#include <string>

#include "offhook/message/error.hpp"
#include "offhook/message/typed.hpp"

namespace offhook::message {

inline std::string refused(ErrorCode code, std::size_t offset) { return std::string(describe(code).text) + "@" + std::to_string(offset); }

template <class Expected>
std::string verdict(const Expected& value) {
    return value ? std::string("accepted") : refused(value.error().code, value.error().offset);
}

struct BrokenValue {
    HeaderId id;
    const char* text;
    ErrorCode code;
    std::size_t offset;
};

/// Each value is refused, for that rule and at that octet.
inline void expect_broken(std::initializer_list<BrokenValue> values) {
    for (const BrokenValue& v : values) EXPECT_EQ(verdict(check_value(v.id, v.text)), refused(v.code, v.offset)) << v.text;
}

}  // namespace offhook::message
