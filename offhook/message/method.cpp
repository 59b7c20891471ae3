#include "offhook/message/method.hpp"

#include <array>

namespace offhook::message {

namespace {
constexpr std::array<std::string_view, 15> names = {"",          "INVITE", "ACK",     "BYE",  "CANCEL", "REGISTER", "OPTIONS", "PRACK",
                                                    "SUBSCRIBE", "NOTIFY", "PUBLISH", "INFO", "REFER",  "MESSAGE",  "UPDATE"};
}

Method method_of(std::string_view name) {
    if (name.size() < 3) return Method::other;
    for (std::size_t i = 1; i < names.size(); ++i)
        if (names[i][0] == name[0] && names[i] == name) return static_cast<Method>(i);
    return Method::other;
}

std::string_view name_of(Method method) { return names[static_cast<std::size_t>(method)]; }

}  // namespace offhook::message
