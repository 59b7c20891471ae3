#include "apps/offhookd/first_users.hpp"

#include <fmt/format.h>

#include <array>

#include "offhook/runtime/random.hpp"

namespace offhook::daemon {

namespace {

constexpr std::string_view names[] = {"alice", "bob", "carol", "dave", "erin"};

// 16 characters of 32: 80 bits, without those that look alike, easy to type into a phone.
std::string random_password() {
    constexpr std::string_view letters = "abcdefghijkmnpqrstuvwxyz23456789";
    std::array<std::byte, 16> octets;
    runtime::random_bytes(octets);
    std::string out;
    for (const std::byte octet : octets) out += letters[std::to_integer<unsigned>(octet) % letters.size()];
    return out;
}

}  // namespace

std::expected<std::string, std::string> make_first_users(store::Store& store, std::string_view domain, std::string_view realm, unsigned count) {
    const auto present = store.reader().users({}, {}, 1);
    if (!present) return std::unexpected(present.error());
    if (!present->empty() || count == 0) return std::string();
    std::string out = fmt::format("Type one of these users into each phone (they are shown only now):\n\n  {:<10} {:<18} {}\n", "user", "password", "domain and server");
    for (unsigned i = 0; i < count && i < std::size(names); ++i) {
        store::NewUser user;
        user.domain = domain;
        user.name = names[i];
        user.realm = realm;
        user.password = random_password();
        if (const auto added = store.user_admin().add(user); !added) return std::unexpected(added.error().text);
        out += fmt::format("  {:<10} {:<18} {}\n", user.name, *user.password, domain);
    }
    return out;
}

}  // namespace offhook::daemon
