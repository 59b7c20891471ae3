#include "offhook/store/names.hpp"

#include <array>
#include <cstddef>

#include "offhook/base/text.hpp"
#include "offhook/message/uri.hpp"
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

std::string_view AdminRequest::kind() const {
    static constexpr std::array<std::string_view, std::variant_size_v<decltype(change)>> kinds{"user", "account", "tariff", "correction"};
    return kinds[change.index()];
}

std::string AdminRequest::key() const {
    if (const auto* account = std::get_if<AccountChange>(&change)) return account->account.name;
    if (const auto* tariff = std::get_if<TariffChange>(&change)) return tariff->name;
    if (const auto* corrections = std::get_if<std::vector<Correction>>(&change))
        return corrections->empty() ? std::string() : to_hex(corrections->front().record);
    const auto& users = std::get<std::vector<UserChange>>(change);
    return users.empty() ? std::string() : full_name(users.front().user);
}

std::string address_of_record(const auth::User& user) {
    std::string name;
    for (const char octet : user.name) name.append("%").append(to_hex(std::string_view(&octet, 1)));  // whatever it holds: escaped it is a user part
    message::Uri uri;
    uri.scheme = message::Scheme::sip;
    uri.has_user = true;
    uri.user = name;
    uri.host = user.domain;
    return message::address_of_record(uri);
}

std::string full_name(const auth::User& user) { return user.name + '@' + user.domain; }

}  // namespace offhook::store
