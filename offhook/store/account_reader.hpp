// Reading accounts, their payments and the list of tariffs for the API: pages by key, as reader.hpp has it. Thread rule: any thread but a
// shard's; a call waits while all sessions are taken.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/base/time.hpp"
#include "offhook/charging/account.hpp"
#include "offhook/store/session_pool.hpp"

namespace offhook::store {

struct Payment {
    std::uint64_t id = 0;
    UtcTime time{};
    std::string reference, note;
    charging::Micros amount = 0;
    charging::Micros balance = 0;  ///< after it
};

/// A tariff without its rows; TariffTable has these.
struct TariffInfo {
    std::string name, currency, zone;
    bool free_on_net = false;
    std::uint64_t rows = 0;
    UtcTime imported{};
};

/// What an account does now, as its limits count it.
struct AccountUse {
    std::uint64_t calls_in_progress = 0;
    std::uint64_t calls_this_hour = 0, calls_today = 0;
    charging::Micros spent_this_hour = 0, spent_today = 0;
};

class AccountReader {
public:
    template <class T>
    using Page = std::expected<std::vector<T>, std::string>;

    explicit AccountReader(SessionPool& pool) : pool_(pool) {}

    /// In order of their names. `after`: the last name of the page before.
    [[nodiscard]] Page<charging::Account> accounts(std::string_view after, std::size_t limit);
    [[nodiscard]] std::expected<std::optional<charging::Account>, std::string> account(std::string_view name);
    [[nodiscard]] std::expected<AccountUse, std::string> use(std::string_view account, UtcTime now);
    /// Names, "alice@example.com", of users whose calls the account pays for; not in order of them.
    [[nodiscard]] Page<std::string> users(std::string_view account, std::size_t limit);
    /// In order of their ids. `after`: the last id of the page before.
    [[nodiscard]] Page<Payment> payments(std::string_view account, std::uint64_t after, std::size_t limit);
    /// In order of their names. `after`: the last name of the page before.
    [[nodiscard]] Page<TariffInfo> tariffs(std::string_view after, std::size_t limit);

private:
    SessionPool& pool_;
};

}  // namespace offhook::store
