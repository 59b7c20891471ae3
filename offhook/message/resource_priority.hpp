// Resource-Priority and Accept-Resource-Priority: "namespace.priority", one value (RFC 4412 §3.1, §3.2).
// Must not know namespaces or their order. Thread rule: pure functions over borrowed text.
#pragma once
#include <expected>
#include <string_view>

#include "offhook/base/text.hpp"
#include "offhook/message/error.hpp"

namespace offhook::message {

struct ResourcePriority {
    std::string_view space, priority;  ///< "dsn" and "flash", in any case

    [[nodiscard]] bool is(std::string_view wanted_space, std::string_view wanted_priority) const {
        return iequals(space, wanted_space) && iequals(priority, wanted_priority);
    }
};
/// Fails with bad_resource_priority.
[[nodiscard]] std::expected<ResourcePriority, ParseError> parse_resource_priority(std::string_view text);

}  // namespace offhook::message
