// A defect in words that a person can act on: which rule, of which section, broken by which octet. The general words of a code are
// describe()'s; what the octets and the header field say beyond them is added here.
//
// Must not decide what is wrong: validate.hpp has. Thread rule: pure functions over borrowed bytes.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "offhook/message/message.hpp"
#include "offhook/message/validate.hpp"

namespace offhook::message {

struct Wording {
    std::string text;
    std::string_view section;
    std::uint32_t offset;  ///< where a person has to look: mostly the defect's own; for a body too short its Content-Length
};
[[nodiscard]] Wording wording_of(std::string_view bytes, const Message& message, const Defect& defect);

}  // namespace offhook::message
