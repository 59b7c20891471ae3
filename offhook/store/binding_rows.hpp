// Bindings as they are stored, read straight into snapshots: a million of them stand between the start and the first right look-up.
// Thread rule: that of the session.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "offhook/location/binding.hpp"

namespace soci {
class session;
}

namespace offhook::store {

enum class Order : std::uint8_t { rising, falling };

/// The next addresses of record in this order, beginning beyond `last` (empty: at the end where the order begins), at most so many, each with all its
/// bindings. Throws soci::soci_error.
[[nodiscard]] std::vector<location::BindingSnapshot> read_bindings(soci::session& sql, Order order, std::string_view last, std::size_t addresses);

}  // namespace offhook::store
