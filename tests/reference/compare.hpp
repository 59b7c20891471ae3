// Both readings of the same octets, side by side: what tests and fuzz targets ask for.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "offhook/message/message.hpp"

namespace offhook::reference {

/// The typed values that the reference knows.
enum class Kind : std::uint8_t { none, uri, name_addr, via, cseq, number, token_value, call_id, credentials, count_ };
[[nodiscard]] Kind kind_of(message::HeaderId id);  ///< of one value of this field; none: not known to the reference

/// What the two say differently of a message, of its lists, and of every value in it that both can read; empty: nothing.
[[nodiscard]] std::string disagreement(std::string_view bytes, const message::Limits& limits = {});

/// The same of one value.
[[nodiscard]] std::string disagreement(Kind kind, std::string_view text);

}  // namespace offhook::reference
