// Randomness from the kernel, for keys that are made at start.
#pragma once
#include <cstddef>
#include <span>

#include "offhook/base/siphash.hpp"

namespace offhook::runtime {

void random_bytes(std::span<std::byte> out);  ///< ends the process if the kernel refuses: nothing can be secure then
[[nodiscard]] SipKey random_key();

}  // namespace offhook::runtime
