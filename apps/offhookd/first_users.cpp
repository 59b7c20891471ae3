#include "apps/offhookd/first_users.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

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

// Where a phone finds this listener: as it is advertised, else at each address of this machine that others can reach.
std::vector<std::string> addresses_of(const transport::Listener& listener, const transport::ListenerTable& table) {
    const std::uint16_t port = listener.advertise_port != 0 ? listener.advertise_port : listener.bound.port;
    if (!listener.advertise_host.empty()) return {fmt::format("{}:{}", listener.advertise_host, port)};
    const IpAddress& bound = listener.bound.address;
    if (!bound.is_unspecified()) return {listener.bound.text()};
    std::vector<std::string> out;
    for (const IpAddress& own : table.own_addresses()) {
        const bool link_local = own.is_v6() && own.octets()[0] == 0xfe && (own.octets()[1] & 0xc0) == 0x80;  // useless without its interface
        if (own.is_v6() == bound.is_v6() && !own.is_loopback() && !link_local) out.push_back(Endpoint{own, port}.text());
    }
    if (out.empty()) out.push_back(fmt::format("{}:{}", bound.is_v6() ? "[::1]" : "127.0.0.1", port));
    return out;
}

}  // namespace

std::string addresses_for_phones(const transport::ListenerTable& listeners) {
    std::vector<std::pair<std::string, std::string>> found;  // address, protocols
    for (const transport::Listener& listener : listeners.all())
        for (std::string& address : addresses_of(listener, listeners)) {
            const std::string protocol(transport::via_name(listener.protocol));
            const auto same = std::ranges::find(found, address, &std::pair<std::string, std::string>::first);
            if (same == found.end())
                found.emplace_back(std::move(address), protocol);
            else
                same->second += "/" + protocol;
        }
    std::string out;
    for (const auto& [address, protocols] : found) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", address, protocols);
    return out;
}

std::expected<std::string, std::string> make_first_users(store::Store& store, std::string_view domain, std::string_view realm, unsigned count) {
    const auto present = store.reader().users({}, {}, 1);
    if (!present) return std::unexpected(present.error());
    if (!present->empty() || count == 0) return std::string();
    std::string out =
        fmt::format("Type one of these users into each phone (they are shown only now):\n\n  {:<10} {:<18} {}\n", "user", "password", "domain");
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
