// Administration of accounts: what the HTTP API calls. A change is committed when a call returns. Never from a shard. Thread rule: any other
// thread.
#pragma once
#include <string>
#include <string_view>

#include "offhook/store/rows.hpp"
#include "offhook/store/writer.hpp"

namespace offhook::store {

class AccountAdmin {
public:
    explicit AccountAdmin(Writer& writer) : writer_(writer) {}

    /// Without a balance: that comes by credit().
    AdminResult add(const charging::Account& account);
    AdminResult change(std::string_view name, const AccountEdit& edit);
    /// Adds to the balance, or takes from it what a negative amount says. The same again, known by the reference, changes nothing.
    AdminResult credit(std::string_view name, charging::Micros amount, std::string_view reference, std::string_view note);
    AdminResult lock(std::string_view name, std::string_view reason);
    AdminResult unlock(std::string_view name);
    /// Refused while users name it or calls of it are in progress. Its payments go with it.
    AdminResult remove(std::string_view name);

private:
    AdminResult run(AccountChange change);
    Writer& writer_;
};

}  // namespace offhook::store
