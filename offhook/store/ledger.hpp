// The accounts while calls are made: which calls they may make, what is reserved for these, what they cost in the end. Each step is part of the
// group's transaction, on the one session that writes, so that calls of one account see each other and never spend its credit twice.
//
//   authorise ──rule broken──► nothing is reserved (signs of theft: the account is locked)
//       └─► reserved ──extend──► reserved up to a later end ──record ends──► settled: the price taken, the rest given back
//                                                 crash ──► given back at the start, if the record is not in progress
//
// Of a prepaid account balance >= reserved at every commit; what is reserved is exactly what its calls cost up to the ends they were granted. A
// postpaid one reserves nothing, but its calls are counted in the same way. A call that no row of its tariff holds for at the answer is rated as if it
// had been answered at its INVITE. Which rule is broken, how far credit goes and what a call costs is charging's to say. Throws soci::soci_error. Thread rule: that of the session.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "offhook/accounting/charge_store.hpp"
#include "offhook/accounting/record_store.hpp"
#include "offhook/charging/admission.hpp"
#include "offhook/store/account_writes.hpp"
#include "offhook/store/tariff_table.hpp"

namespace offhook::store {

class Ledger {
public:
    Ledger(soci::session& sql, AccountWrites& accounts, const TariffTable& tariffs) : sql_(sql), accounts_(accounts), tariffs_(tariffs) {}

    [[nodiscard]] accounting::Grant authorise(const accounting::ChargeRequest& request, Duration slice, UtcTime now);
    [[nodiscard]] accounting::Grant extend(const accounting::ChargeRequest& request, Duration wanted);
    /// Before the row that ends a record is written: the price is taken, what was reserved is given back. Returns what is to be written about it; nothing: it
    /// has no price, or was settled before.
    [[nodiscard]] std::optional<accounting::RatedPrice> settle(const accounting::CallRecord& record);
    /// At the start, in a transaction of its own.
    void give_back_lost();
    void on_rollback() { prepared_ = {}; }

private:
    struct Reservation {
        bool exists = false, answered = false;
        UtcTime at{};       ///< of the INVITE; of the answer if it is answered
        UtcTime invited{};  ///< the epoch: nothing is known of the call yet
        charging::Micros amount = 0;
        Duration lasts{};
        std::string tariff, group;
    };
    /// A reservation as it is to be, or the rule that forbids it.
    struct Held {
        charging::Rule rule = charging::Rule::none;
        charging::Micros amount = 0;
        Duration lasts{};
    };

    bool find_account(std::string_view name);      ///< into account_
    void find_reservation(std::uint64_t record);   ///< into own_
    /// The tariff of the call; null: there is none, or none in the currency of the account.
    [[nodiscard]] std::shared_ptr<const charging::Tariff> tariff() const;
    [[nodiscard]] const std::string& tariff_name() const { return own_.exists ? own_.tariff : account_.tariff; }
    [[nodiscard]] const std::string& group() const { return own_.exists ? own_.group : account_.group; }
    [[nodiscard]] Held held(const accounting::ChargeRequest& request, Duration wanted) const;
    void reserve(const accounting::ChargeRequest& request, const Held& to_be, bool answered);
    [[nodiscard]] charging::Use use_of(const accounting::ChargeRequest& request, Duration slice);
    /// What a postpaid account owes for its other calls in progress: each up to now, or for a slice if that is more.
    [[nodiscard]] charging::Micros owed(const accounting::ChargeRequest& request, Duration slice);
    [[nodiscard]] std::uint64_t count_reservations(const std::string* user, std::uint32_t limit);
    /// What the call adds to the signs of theft; why the account is to be locked.
    [[nodiscard]] std::optional<std::string> watch(const accounting::ChargeRequest& request);
    [[nodiscard]] std::uint64_t new_premium(const accounting::ChargeRequest& request);
    [[nodiscard]] std::uint64_t networks(const accounting::ChargeRequest& request);
    void count(std::string_view account, UtcTime at, std::int64_t calls, charging::Micros spend);
    [[nodiscard]] bool has_ended(std::uint64_t record);  ///< tells own_ when the call began
    [[nodiscard]] std::optional<accounting::RatedPrice> price_of(const accounting::CallRecord& record) const;

    soci::session& sql_;
    AccountWrites& accounts_;
    const TariffTable& tariffs_;
    charging::Account account_;  ///< of the step that is done now, like own_
    Reservation own_;
    struct Prepared {
        std::optional<Statement> account, reservation, put_reservation, remove_reservation, change_amounts, of_account, of_user, owed, usage, add_usage,
            put_usage, purge_usage, record, premium, put_premium, use_premium, purge_premium, count_premium, put_network, purge_networks, count_networks;
    } prepared_;
};

}  // namespace offhook::store
