// The digest algorithms by their names in challenges and credentials (RFC 7616 §6.1, RFC 8760 §2.7).
#pragma once
#include <optional>
#include <string_view>

#include "offhook/auth/user_directory.hpp"
#include "offhook/base/text.hpp"

namespace offhook::auth {

inline constexpr std::array<std::string_view, algorithm_count> algorithm_names{"MD5", "SHA-256", "SHA-512-256"};

[[nodiscard]] constexpr std::size_t index_of(Algorithm algorithm) { return static_cast<std::size_t>(algorithm); }
[[nodiscard]] constexpr std::string_view name_of(Algorithm algorithm) { return algorithm_names[index_of(algorithm)]; }

/// Any case; nothing for the -sess variants, which are never offered.
[[nodiscard]] constexpr std::optional<Algorithm> algorithm_of(std::string_view name) {
    for (std::size_t i = 0; i < algorithm_count; ++i)
        if (iequals(algorithm_names[i], name)) return static_cast<Algorithm>(i);
    return std::nullopt;
}

}  // namespace offhook::auth
