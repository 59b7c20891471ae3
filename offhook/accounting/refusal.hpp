// What a caller is told whose call a rule does not allow. RFC 3261 §21.4.3 (402), §21.4.4 (403), §20.43. Thread rule: none needed.
#pragma once
#include "offhook/charging/account.hpp"
#include "offhook/dialog/call_port.hpp"

namespace offhook::accounting {

[[nodiscard]] dialog::Refusal refusal_of(charging::Rule rule);

}  // namespace offhook::accounting
