// Users of whom somebody else (a RADIUS server) knows the passwords: one who is not known here may exist all the same.
// Thread rule: as the directory behind it.
#pragma once
#include <array>
#include <memory>
#include <string_view>

#include "offhook/auth/user_directory.hpp"

namespace offhook::daemon {

class OutsideUsers final : public auth::UserDirectory {
public:
    explicit OutsideUsers(const auth::UserDirectory& known) : known_(known) {}

    [[nodiscard]] auth::UserSnapshot find(std::string_view domain, std::string_view name) const override {
        auto user = known_.find(domain, name);
        return user ? user : somebody_;
    }
    [[nodiscard]] std::array<bool, auth::algorithm_count> offered(std::string_view realm) const override { return known_.offered(realm); }
    [[nodiscard]] bool loaded() const override { return known_.loaded(); }

private:
    const auth::UserDirectory& known_;
    auth::UserSnapshot somebody_ = std::make_shared<const auth::User>();  ///< has no password: nobody is let in as this one
};

}  // namespace offhook::daemon
