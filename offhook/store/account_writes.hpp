// What an operator changes about accounts, as it is done on the writer's session. All is checked before anything is written, so that a refusal
// leaves nothing behind in the transaction. Throws soci::soci_error. Thread rule: that of the session.
#pragma once
#include <string_view>

#include "offhook/store/journal_rows.hpp"
#include "offhook/store/rows.hpp"

namespace offhook::store {

class AccountWrites {
public:
    AccountWrites(soci::session& sql, JournalRows& journal) : sql_(sql), journal_(journal) {}

    AdminResult apply(const AccountChange& change, UtcTime now);
    /// With its event; the account is not locked yet.
    void lock(std::string_view name, std::string_view reason, UtcTime now);
    [[nodiscard]] bool exists(std::string_view name);

private:
    AdminResult add(const charging::Account& account, UtcTime now);
    AdminResult change(charging::Account account, const AccountEdit& edit, UtcTime now);
    AdminResult credit(const charging::Account& account, const AccountChange& payment, UtcTime now);
    AdminResult unlock(const charging::Account& account, UtcTime now);
    AdminResult remove(const charging::Account& account, UtcTime now);
    /// Empty, or why the account cannot have this tariff.
    [[nodiscard]] std::string tariff_mistake(const charging::Account& account);
    [[nodiscard]] bool has_reservations(std::string_view name);
    void tell(EventKind kind, const charging::Account& account, UtcTime now);

    soci::session& sql_;
    JournalRows& journal_;
};

}  // namespace offhook::store
