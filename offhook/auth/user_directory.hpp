// The port through which digest authentication learns of users. Filled from the store, all of it in memory, snapshots only.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace offhook::auth {

enum class Algorithm : std::uint8_t { md5, sha256, sha512_256 };
inline constexpr std::size_t algorithm_count = 3;

/// Hash of user:realm:password in lower-case hexadecimal; empty: not stored for this algorithm.
struct HashedPassword {
    std::string plain_name;  ///< user name "alice"
    std::string full_name;   ///< user name "alice@example.com", as some phones send
};

struct User {
    std::string name, domain, realm;
    std::array<HashedPassword, algorithm_count> ha1;  ///< by Algorithm
    bool enabled = true;
    std::string account;  ///< that pays for the calls of the user (charging/account.hpp); empty: none
};
using UserSnapshot = std::shared_ptr<const User>;

class UserDirectory {
public:
    virtual ~UserDirectory() = default;
    [[nodiscard]] virtual UserSnapshot find(std::string_view domain, std::string_view name) const = 0;
    /// Algorithms that every user of this realm has: only those are offered.
    [[nodiscard]] virtual std::array<bool, algorithm_count> offered(std::string_view realm) const = 0;
    [[nodiscard]] virtual bool loaded() const = 0;
};

}  // namespace offhook::auth
