// Methods of SIP requests. Names are case-sensitive (RFC 3261 §7.1).
#pragma once
#include <cstdint>
#include <string_view>

namespace offhook::message {

enum class Method : std::uint8_t {
    other, invite, ack, bye, cancel, register_, options, prack, subscribe, notify, publish, info, refer, message, update,
};

[[nodiscard]] Method method_of(std::string_view name);
[[nodiscard]] std::string_view name_of(Method method);  ///< empty for other

}  // namespace offhook::message
