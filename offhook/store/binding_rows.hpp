// Bindings as they are stored, read straight into snapshots: a million of them stand between the start and the first right look-up.
// Thread rule: that of the session.
#pragma once
#include <cstddef>
#include <string_view>
#include <vector>

#include "offhook/location/binding.hpp"

namespace soci {
class session;
}

namespace offhook::store {

/// The next addresses of record after this one, at most so many, in order of them, each with all its bindings. Throws soci::soci_error.
[[nodiscard]] std::vector<location::BindingSnapshot> read_bindings(soci::session& sql, std::string_view after, std::size_t addresses);

}  // namespace offhook::store
