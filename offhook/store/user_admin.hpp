// Administration of users: what the HTTP API and the first start call. Passwords are hashed here and never kept (RFC 7616 §3.4.2,
// RFC 8760). Calls wait for the commit: never from a shard. Thread rule: any other thread.
#pragma once
#include <array>
#include <cstddef>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "offhook/auth/user_directory.hpp"
#include "offhook/store/rows.hpp"
#include "offhook/store/user_table.hpp"
#include "offhook/store/writer.hpp"

namespace offhook::store {

struct NewUser {
    std::string domain, name;
    std::string realm;                                            ///< empty: the domain
    std::optional<std::string> password;                          ///< or else ha1
    std::array<auth::HashedPassword, auth::algorithm_count> ha1;  ///< in hexadecimal; at least one plain_name
    bool enabled = true;
    std::size_t line = 0;   ///< of an import: told with its mistakes
    std::string account{};  ///< that pays for the calls; empty: none
};

inline constexpr std::size_t import_limit = 100'000;  ///< users of one import: it is one transaction, and rows of calls wait for it

class UserAdmin {
public:
    UserAdmin(Writer& writer, const UserTable& users) : writer_(writer), users_(users) {}

    AdminResult add(const NewUser& user);
    /// All or none. The first mistake is told with its line.
    AdminResult import(std::span<const NewUser> users);
    AdminResult remove(std::string_view domain, std::string_view name);
    AdminResult set_password(std::string_view domain, std::string_view name, std::string_view password);
    AdminResult set_enabled(std::string_view domain, std::string_view name, bool enabled);
    /// Empty: nobody pays for the calls of the user.
    AdminResult set_account(std::string_view domain, std::string_view name, std::string_view account);

private:
    AdminResult run(std::vector<UserChange> changes);
    Writer& writer_;
    const UserTable& users_;
};

/// The six HA1s of a user: for each algorithm H(name:realm:password) and H(name@domain:realm:password), in lower-case hexadecimal.
[[nodiscard]] std::array<auth::HashedPassword, auth::algorithm_count> hash_password(std::string_view domain, std::string_view name,
                                                                                    std::string_view realm, std::string_view password);

}  // namespace offhook::store
