// Typed values written again from their parts.
#pragma once
#include <string>
#include <string_view>

#include "tests/reference/compare.hpp"

namespace offhook::reference {

/// The value put together from what was read of it, in the plainest form; empty if it cannot be read, or the kind has no parts.
[[nodiscard]] std::string rebuilt(Kind kind, std::string_view text);

/// parse ∘ write is a fixed point: what was rebuilt is read, and rebuilt again is the same. Empty: so it is.
[[nodiscard]] std::string rebuild_disagreement(Kind kind, std::string_view text);

}  // namespace offhook::reference
