// The first start of a fresh server: a few users with random passwords, so that two phones can call each other within five minutes.
#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "offhook/store/store.hpp"
#include "offhook/transport/listeners.hpp"

namespace offhook::daemon {

/// Makes `count` (at most 5) users in `domain` if the store has none at all; returns the lines to print once, empty if there were users.
[[nodiscard]] std::expected<std::string, std::string> make_first_users(store::Store& store, std::string_view domain, std::string_view realm,
                                                                       unsigned count);

/// What to type into a phone as server: "192.0.2.5:5060 UDP/TCP, ...".
[[nodiscard]] std::string addresses_for_phones(const transport::ListenerTable& listeners);

}  // namespace offhook::daemon
