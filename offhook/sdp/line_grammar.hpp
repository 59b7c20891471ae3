// The grammar of single values by RFC 8866 §9: what Description keeps as text, read to the letter. Each returns the place of the first
// octet that breaks its rule, nothing if the value is right.
#pragma once
#include <cstddef>
#include <optional>
#include <string_view>

#include "offhook/sdp/description.hpp"

namespace offhook::sdp {

using Mistake = std::optional<std::size_t>;  ///< an offset in the value

[[nodiscard]] Mistake check_connection_address(std::string_view address_type, std::string_view address);  ///< §5.7, multicast too
[[nodiscard]] Mistake check_unicast_address(std::string_view address_type, std::string_view address);     ///< §5.2
[[nodiscard]] Mistake check_time(std::string_view value);      ///< "0" or ten digits at least, not beginning with 0
[[nodiscard]] Mistake check_repeat(std::string_view value);    ///< §5.10
[[nodiscard]] Mistake check_zones(std::string_view value);     ///< §5.11
[[nodiscard]] Mistake check_key(std::string_view value);       ///< §5.12
[[nodiscard]] Mistake check_email(std::string_view value);     ///< §5.6
[[nodiscard]] Mistake check_phone(std::string_view value);     ///< §5.6
[[nodiscard]] Mistake check_protocol(std::string_view value);  ///< §5.14: token *("/" token)

}  // namespace offhook::sdp
