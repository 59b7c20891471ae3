#include "offhook/store/account_writes.hpp"

#include <cstdint>
#include <string>
#include <utility>

#include "offhook/store/account_rows.hpp"
#include "offhook/store/json_object.hpp"

namespace offhook::store {
namespace {

using Code = AdminError::Code;

std::unexpected<AdminError> refusal(Code code, std::string text) { return std::unexpected(AdminError{code, std::move(text)}); }

std::string amount(charging::Micros micros, const charging::Account& account) {
    return charging::amount_text(micros) + ' ' + std::string(account.currency.code());
}

void append_limits(JsonObject& o, const charging::Limits& l) {
    o.number("calls_of_user", l.calls_of_user);
    o.number("calls_of_account", l.calls_of_account);
    o.number("calls_per_hour", l.calls_per_hour);
    o.number("calls_per_day", l.calls_per_day);
    o.amount("spend_per_hour", l.spend_per_hour);
    o.amount("spend_per_day", l.spend_per_day);
    o.text("blocked", prefixes_text(l.blocked));
    o.text("allowed", prefixes_text(l.allowed));
    o.text("premium", prefixes_text(l.premium));
    o.number("burst", l.burst);
    o.number("burst_minutes", l.burst_minutes);
    o.number("networks", l.networks);
}

}  // namespace

AdminResult AccountWrites::apply(const AccountChange& change, UtcTime now) {
    if (change.kind == AccountChange::Kind::add) return add(change.account, now);
    charging::Account account;
    {
        Statement find(sql_, "SELECT " + std::string(account_columns) + " FROM account WHERE name = ?");
        find.start(change.account.name);
        if (!find.fetch()) return refusal(Code::not_found, "account " + change.account.name + " does not exist");
        read_account(account, find);
    }
    switch (change.kind) {
        case AccountChange::Kind::add:
            break;
        case AccountChange::Kind::change:
            return this->change(std::move(account), change.edit, now);
        case AccountChange::Kind::credit:
            return credit(account, change, now);
        case AccountChange::Kind::lock:
            if (!account.locked) lock(account.name, change.account.lock_reason, now);
            return {};
        case AccountChange::Kind::unlock:
            return unlock(account, now);
        case AccountChange::Kind::remove:
            return remove(account, now);
    }
    return {};
}

bool AccountWrites::exists(std::string_view name) {
    Statement find(sql_, "SELECT 1 FROM account WHERE name = ?");
    find.start(name);
    return find.fetch();
}

bool AccountWrites::has_reservations(std::string_view name) {
    Statement find(sql_, "SELECT 1 FROM reservation WHERE account = ? LIMIT 1");
    find.start(name);
    return find.fetch();
}

std::string AccountWrites::tariff_mistake(const charging::Account& account) {
    if (account.tariff.empty()) return {};
    Statement find(sql_, "SELECT currency FROM tariff WHERE name = ?");
    find.start(account.tariff);
    if (!find.fetch()) return "tariff " + account.tariff + " does not exist: import it first";
    const std::string_view currency = find.text(0);
    if (currency == account.currency.code()) return {};
    return "tariff " + account.tariff + " is in " + std::string(currency) + ", account " + account.name + " in " + std::string(account.currency.code());
}

void AccountWrites::tell(EventKind kind, const charging::Account& account, UtcTime now) {
    std::string payload;
    {
        JsonObject o(payload);
        o.text("name", account.name);
        o.text("currency", account.currency.code());
        o.truth("prepaid", account.prepaid);
        o.amount("balance", account.balance);
        o.text("tariff", account.tariff);
        o.text("group", account.group);
        o.truth("locked", account.locked);
        append_limits(o, account.limits);
    }
    journal_.add(kind, payload, now);
}

AdminResult AccountWrites::add(const charging::Account& wanted, UtcTime now) {
    charging::Account a = wanted;
    a.balance = a.reserved = 0;
    a.locked = false;
    if (exists(a.name)) return refusal(Code::exists, "account " + a.name + " exists already");
    if (std::string wrong = tariff_mistake(a); !wrong.empty()) return refusal(Code::invalid, std::move(wrong));
    const charging::Limits& l = a.limits;
    Statement(sql_, "INSERT INTO account (" + std::string(account_columns) + ", created) VALUES (?, ?, ?, 0, 0, ?, ?, 0, '', ?, ?, ?, ?, ?, ?, ?, ?, "
                    "?, ?, ?, ?, ?)")
        .run(a.name, a.currency.code(), std::int64_t{a.prepaid}, a.tariff, a.group, std::int64_t{l.calls_of_user}, std::int64_t{l.calls_of_account},
             std::int64_t{l.calls_per_hour}, std::int64_t{l.calls_per_day}, l.spend_per_hour, l.spend_per_day, prefixes_text(l.blocked),
             prefixes_text(l.allowed), prefixes_text(l.premium), std::int64_t{l.burst}, std::int64_t{l.burst_minutes}, std::int64_t{l.networks}, now);
    tell(EventKind::account_added, a, now);
    return {};
}

AdminResult AccountWrites::change(charging::Account a, const AccountEdit& edit, UtcTime now) {
    const bool other_money = (edit.prepaid && *edit.prepaid != a.prepaid) || (edit.currency && *edit.currency != a.currency);
    if (other_money && (a.balance != 0 || has_reservations(a.name)))
        return refusal(Code::refused, "account " + a.name + " has a balance of " + amount(a.balance, a) + " and " + amount(a.reserved, a) +
                                          " reserved: its currency, and whether it is prepaid, change only at a balance of 0 with no call in progress");
    if (edit.tariff) a.tariff = *edit.tariff;
    if (edit.group) a.group = *edit.group;
    if (edit.limits) a.limits = *edit.limits;
    if (edit.prepaid) a.prepaid = *edit.prepaid;
    if (edit.currency) a.currency = *edit.currency;
    if (std::string wrong = tariff_mistake(a); !wrong.empty()) return refusal(Code::invalid, std::move(wrong));
    const charging::Limits& l = a.limits;
    Statement(sql_,
              "UPDATE account SET currency = ?, prepaid = ?, tariff = ?, caller_group = ?, calls_of_user = ?, calls_of_account = ?, calls_per_hour = ?, "
              "calls_per_day = ?, spend_per_hour = ?, spend_per_day = ?, blocked = ?, allowed = ?, premium = ?, burst = ?, burst_minutes = ?, networks "
              "= ? WHERE name = ?")
        .run(a.currency.code(), std::int64_t{a.prepaid}, a.tariff, a.group, std::int64_t{l.calls_of_user}, std::int64_t{l.calls_of_account},
             std::int64_t{l.calls_per_hour}, std::int64_t{l.calls_per_day}, l.spend_per_hour, l.spend_per_day, prefixes_text(l.blocked),
             prefixes_text(l.allowed), prefixes_text(l.premium), std::int64_t{l.burst}, std::int64_t{l.burst_minutes}, std::int64_t{l.networks}, a.name);
    tell(EventKind::account_changed, a, now);
    return {};
}

// Told twice (an answer that was lost, a script that ran again), a payment counts once: its reference says which one it is.
AdminResult AccountWrites::credit(const charging::Account& a, const AccountChange& payment, UtcTime now) {
    {
        Statement find(sql_, "SELECT amount FROM payment WHERE account = ? AND reference = ?");
        find.start(a.name, payment.reference);
        if (find.fetch()) {
            if (find.number(0) == payment.amount) return {};
            return refusal(Code::exists, "account " + a.name + " has a payment \"" + payment.reference + "\" of " + amount(find.number(0), a) +
                                             ": give another reference");
        }
    }
    const auto balance = charging::add(a.balance, payment.amount);
    if (!balance) return refusal(Code::invalid, "the balance of account " + a.name + " would be more than can be kept");
    if (a.prepaid && *balance < a.reserved)
        return refusal(Code::refused, "account " + a.name + " is prepaid and has " + amount(a.balance - a.reserved, a) +
                                          " that no call in progress needs: no more can be taken from it");
    Statement(sql_, "INSERT INTO payment (account, reference, time, amount, balance, note) VALUES (?, ?, ?, ?, ?, ?)")
        .run(a.name, payment.reference, now, payment.amount, *balance, payment.note);
    Statement(sql_, "UPDATE account SET balance = ? WHERE name = ?").run(*balance, a.name);
    std::string payload;
    {
        JsonObject o(payload);
        o.text("name", a.name);
        o.amount("amount", payment.amount);
        o.text("currency", a.currency.code());
        o.text("reference", payment.reference);
        o.text("note", payment.note);
        o.amount("balance", *balance);
    }
    journal_.add(EventKind::account_credited, payload, now);
    return {};
}

void AccountWrites::lock(std::string_view name, std::string_view reason, UtcTime now) {
    Statement(sql_, "UPDATE account SET locked = 1, lock_reason = ? WHERE name = ?").run(reason, name);
    std::string payload;
    {
        JsonObject o(payload);
        o.text("name", name);
        o.text("reason", reason);
    }
    journal_.add(EventKind::account_locked, payload, now);
}

// What led to the lock is forgotten: the next call would lock it again.
AdminResult AccountWrites::unlock(const charging::Account& a, UtcTime now) {
    if (!a.locked) return {};
    Statement(sql_, "UPDATE account SET locked = 0, lock_reason = '' WHERE name = ?").run(a.name);
    Statement(sql_, "DELETE FROM network_use WHERE account = ?").run(a.name);
    Statement(sql_, "UPDATE premium_use SET first = 0 WHERE account = ?").run(a.name);
    std::string payload;
    {
        JsonObject o(payload);
        o.text("name", a.name);
    }
    journal_.add(EventKind::account_unlocked, payload, now);
    return {};
}

AdminResult AccountWrites::remove(const charging::Account& a, UtcTime now) {
    {
        Statement users(sql_, "SELECT name, domain FROM user WHERE account = ? LIMIT 1");
        users.start(a.name);
        if (users.fetch())
            return refusal(Code::refused, "account " + a.name + " pays for " + unescaped(users.text(0)) + '@' + unescaped(users.text(1)) +
                                              ", maybe for others: give them another account, or none, first");
    }
    if (has_reservations(a.name)) return refusal(Code::refused, "account " + a.name + " has calls in progress: try again when they have ended");
    for (const char* table : {"payment", "usage", "premium_use", "network_use"})
        Statement(sql_, "DELETE FROM " + std::string(table) + " WHERE account = ?").run(a.name);
    Statement(sql_, "DELETE FROM account WHERE name = ?").run(a.name);
    tell(EventKind::account_removed, a, now);
    return {};
}

}  // namespace offhook::store
