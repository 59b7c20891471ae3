#include "offhook/store/account_admin.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "offhook/charging/destination.hpp"

namespace offhook::store {
namespace {

using charging::Limits;

constexpr std::size_t longest_name = 64, longest_reference = 128, longest_note = 500, most_prefixes = 1000;
constexpr std::uint32_t most_minutes = 24 * 60;

AdminResult invalid(std::string text) { return std::unexpected(AdminError{AdminError::Code::invalid, std::move(text)}); }

bool has_control(std::string_view s) {
    return std::ranges::any_of(s, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}
bool is_word(std::string_view s, std::size_t longest) { return s.size() <= longest && !has_control(s) && s.find(' ') == std::string_view::npos; }

// What is wrong with them, or nothing.
std::string mistake(const Limits& l) {
    const std::array<std::pair<const char*, const std::vector<std::string>*>, 3> lists{
        {{"blocked", &l.blocked}, {"allowed", &l.allowed}, {"premium", &l.premium}}};
    for (const auto& [what, list] : lists) {
        if (list->size() > most_prefixes) return fmt::format("{}: at most {} prefixes can be kept", what, most_prefixes);
        for (const std::string& prefix : *list)
            if (prefix.empty() || !is_word(prefix, charging::Destination::most_octets))
                return fmt::format("{}: \"{}\" is not the beginning of a normalised destination: 1 to {} octets without blanks, as +4990", what, prefix,
                                   charging::Destination::most_octets);
    }
    if (l.spend_per_hour < 0 || l.spend_per_day < 0) return "what may be spent in an hour or a day must not be below 0 (0: no limit)";
    if (l.burst_minutes == 0 || l.burst_minutes > most_minutes) return fmt::format("burst_minutes must be 1 to {}", most_minutes);
    return {};
}

std::string tariff_mistake(std::string_view name) {
    if (is_word(name, longest_name)) return {};
    return fmt::format("\"{}\" cannot be the name of a tariff: at most {} octets without blanks", name, longest_name);
}

std::string group_mistake(std::string_view group) {
    if (is_word(group, longest_name)) return {};
    return fmt::format("\"{}\" cannot be a group of callers: at most {} octets without blanks", group, longest_name);
}

AccountChange change_of(AccountChange::Kind kind, std::string_view name) {
    AccountChange change;
    change.kind = kind;
    change.account.name = name;
    return change;
}

}  // namespace

AdminResult AccountAdmin::run(AccountChange change) { return writer_.submit(std::move(change)).get(); }

AdminResult AccountAdmin::add(const charging::Account& account) {
    if (account.name.empty() || !is_word(account.name, longest_name))
        return invalid(fmt::format("\"{}\" cannot be the name of an account: 1 to {} octets without blanks", account.name, longest_name));
    if (account.currency == charging::Currency{}) return invalid("account " + account.name + " needs a currency: three capital letters, as EUR");
    for (std::string wrong : {tariff_mistake(account.tariff), group_mistake(account.group), mistake(account.limits)})
        if (!wrong.empty()) return invalid(std::move(wrong));
    AccountChange change = change_of(AccountChange::Kind::add, account.name);
    change.account = account;
    return run(std::move(change));
}

AdminResult AccountAdmin::change(std::string_view name, const AccountEdit& edit) {
    if (edit.currency && *edit.currency == charging::Currency{}) return invalid("XXX is no currency that an account can be in");
    for (std::string wrong : {tariff_mistake(edit.tariff.value_or("")), group_mistake(edit.group.value_or("")), mistake(edit.limits.value_or(Limits{}))})
        if (!wrong.empty()) return invalid(std::move(wrong));
    AccountChange change = change_of(AccountChange::Kind::change, name);
    change.edit = edit;
    return run(std::move(change));
}

AdminResult AccountAdmin::credit(std::string_view name, charging::Micros amount, std::string_view reference, std::string_view note) {
    if (amount == 0) return invalid("a payment of 0.00 changes nothing");
    if (reference.empty() || reference.size() > longest_reference || has_control(reference))
        return invalid(fmt::format("a payment needs a reference of 1 to {} octets, by which it is known if it is told twice", longest_reference));
    if (note.size() > longest_note) return invalid(fmt::format("the note of a payment has at most {} octets", longest_note));
    AccountChange change = change_of(AccountChange::Kind::credit, name);
    change.amount = amount;
    change.reference = reference;
    change.note = note;
    return run(std::move(change));
}

AdminResult AccountAdmin::lock(std::string_view name, std::string_view reason) {
    if (reason.size() > longest_note) return invalid(fmt::format("the reason of a lock has at most {} octets", longest_note));
    AccountChange change = change_of(AccountChange::Kind::lock, name);
    change.account.lock_reason = reason;
    return run(std::move(change));
}

AdminResult AccountAdmin::unlock(std::string_view name) { return run(change_of(AccountChange::Kind::unlock, name)); }
AdminResult AccountAdmin::remove(std::string_view name) { return run(change_of(AccountChange::Kind::remove, name)); }

}  // namespace offhook::store
