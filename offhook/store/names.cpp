#include "offhook/store/names.hpp"

#include <array>
#include <cstddef>

#include "offhook/store/rows.hpp"

namespace offhook::store {
namespace {

constexpr std::array<std::string_view, 10> ends{"none", "caller", "callee", "refused", "cancelled", "timeout", "expired", "unconfirmed", "restart", "credit"};
constexpr std::array<std::string_view, 5> protocols{"udp", "tcp", "tls", "ws", "wss"};

template <class Enum, std::size_t size>
Enum find(const std::array<std::string_view, size>& names, std::string_view name) {
    for (std::size_t i = 0; i < size; ++i)
        if (names[i] == name) return static_cast<Enum>(i);
    return Enum{};
}

}  // namespace

std::string_view name_of(accounting::CallRecord::End end) { return ends[static_cast<std::size_t>(end)]; }
accounting::CallRecord::End end_of(std::string_view name) { return find<accounting::CallRecord::End>(ends, name); }
std::string_view name_of(transport::Protocol protocol) { return protocols[static_cast<std::size_t>(protocol)]; }
transport::Protocol protocol_named(std::string_view name) { return find<transport::Protocol>(protocols, name); }

std::string full_name(const auth::User& user) { return user.name + '@' + user.domain; }

}  // namespace offhook::store
