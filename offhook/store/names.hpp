// Enumerations as the database spells them.
#pragma once
#include <optional>
#include <string_view>

#include "offhook/accounting/record_store.hpp"
#include "offhook/transport/flow.hpp"

namespace offhook::store {

[[nodiscard]] std::string_view name_of(accounting::CallRecord::End end);  ///< "none", "caller", "callee" ...
[[nodiscard]] accounting::CallRecord::End end_of(std::string_view name);  ///< none if unknown here
[[nodiscard]] std::string_view name_of(transport::Protocol protocol);     ///< "udp", "tcp" ...
[[nodiscard]] transport::Protocol protocol_named(std::string_view name);  ///< udp if unknown here

}  // namespace offhook::store
