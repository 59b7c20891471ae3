#include "offhook/store/ledger.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include "offhook/store/account_rows.hpp"
#include "offhook/store/escape.hpp"
#include "offhook/store/hour.hpp"
#include "offhook/store/record_rating.hpp"

namespace offhook::store {
namespace {

using accounting::CallRecord;
using accounting::ChargeRequest;
using accounting::Grant;
using accounting::RatedPrice;
using charging::Micros;
using charging::Rule;

constexpr Duration premium_memory = std::chrono::days(30);  ///< a premium destination that was not called for so long is new again
constexpr Duration network_memory = std::chrono::hours(1);
constexpr std::int64_t usage_memory = 48;  ///< hours
constexpr std::int64_t most_rated = 1000;  ///< calls in progress that an INVITE has rated
constexpr Micros beyond_all = std::numeric_limits<Micros>::max();

Statement& prepared(std::optional<Statement>& statement, soci::session& sql, std::string_view text) {
    if (!statement) statement.emplace(sql, text);
    return *statement;
}

std::int64_t key(std::uint64_t record) { return static_cast<std::int64_t>(record); }

Rule rule_of(charging::RatingError error) {
    return error == charging::RatingError::no_row || error == charging::RatingError::other_currency ? Rule::no_tariff : Rule::no_credit;
}

charging::Call call_of(const ChargeRequest& r, std::string_view group) {
    return {.group = group, .destination = r.destination, .on_net = r.on_net, .answered = r.at};
}

Micros capped_sum(Micros a, Micros b) { return charging::add(a, b).value_or(beyond_all); }

}  // namespace

// What is there ---------------------------------------------------------------------------------------------------------------

bool Ledger::find_account(std::string_view name) {
    static const std::string text = "SELECT " + std::string(account_columns) + " FROM account WHERE name = ?";
    Statement& find = prepared(prepared_.account, sql_, text);
    find.start(name);
    const bool found = find.fetch();
    if (found) read_account(account_, find);
    find.done();
    return found;
}

void Ledger::find_reservation(std::uint64_t record) {
    Statement& find =
        prepared(prepared_.reservation, sql_, "SELECT at, answered, amount, lasts, tariff, caller_group FROM reservation WHERE record = ?");
    find.start(key(record));
    own_ = {};
    own_.exists = find.fetch();
    if (own_.exists) {
        own_.at = own_.invited = UtcTime(Duration(find.number(0)));
        own_.answered = find.number(1) != 0;
        own_.amount = find.number(2);
        own_.lasts = Duration(find.number(3));
        own_.tariff = unescaped(find.text(4));
        own_.group = unescaped(find.text(5));
    }
    find.done();
}

bool Ledger::has_ended(std::uint64_t record) {
    Statement& find = prepared(prepared_.record, sql_, "SELECT end_cause <> 'none', invited FROM call_record WHERE id = ?");
    find.start(key(record));
    const bool found = find.fetch(), ended = found && find.number(0) != 0;
    if (found) own_.invited = UtcTime(Duration(find.number(1)));
    find.done();
    return ended;
}

// Admission -------------------------------------------------------------------------------------------------------------------

Grant Ledger::authorise(const ChargeRequest& request, Duration slice, UtcTime now) {
    if (!find_account(request.account)) return {Rule::no_credit, {}};  // whoever has none has no credit
    find_reservation(request.record);
    if (const Rule rule = charging::admit_destination(account_, request.destination); rule != Rule::none) return {rule, {}};
    if (const auto why = watch(request)) {
        accounts_.lock(account_.name, *why, now);
        return {Rule::locked, {}};
    }
    if (const Rule rule = charging::admit_use(account_.limits, use_of(request, slice)); rule != Rule::none) return {rule, {}};
    const Held to_be = held(request, slice);
    if (to_be.rule != Rule::none) return {to_be.rule, {}};
    reserve(request, to_be, false);
    count(account_.name, request.at, 1, 0);
    return {Rule::none, to_be.lasts};
}

// Reads only what a limit asks for. Calls in progress are counted up to the limit, however many there are.
charging::Use Ledger::use_of(const ChargeRequest& request, Duration slice) {
    const charging::Limits& l = account_.limits;
    charging::Use use;
    if (l.calls_of_user != 0) use.calls_of_user = count_reservations(&request.user, l.calls_of_user);
    if (l.calls_of_account != 0) use.calls_of_account = count_reservations(nullptr, l.calls_of_account);
    if (l.calls_per_hour == 0 && l.calls_per_day == 0 && l.spend_per_hour == 0 && l.spend_per_day == 0) return use;
    const std::int64_t hour = hour_of(request.at);
    Statement& usage = prepared(prepared_.usage, sql_, "SELECT hour, calls, spend FROM usage WHERE account = ? AND hour BETWEEN ? AND ?");
    if (account_.prepaid)
        use.spent_this_hour = use.spent_today = account_.reserved - own_.amount;  // as good as spent
    else if (l.spend_per_hour != 0 || l.spend_per_day != 0)
        use.spent_this_hour = use.spent_today = owed(request, slice);
    usage.start(account_.name, day_start(hour), hour);
    while (usage.fetch()) {
        use.calls_today += static_cast<std::uint64_t>(usage.number(1));
        use.spent_today = capped_sum(use.spent_today, usage.number(2));
        if (usage.number(0) != hour) continue;
        use.calls_this_hour += static_cast<std::uint64_t>(usage.number(1));
        use.spent_this_hour = capped_sum(use.spent_this_hour, usage.number(2));
    }
    usage.done();
    return use;
}

// Rated anew each time: nothing that could be kept would grow with the calls. More calls than can be rated owe more than any limit allows.
Micros Ledger::owed(const ChargeRequest& request, Duration slice) {
    Statement& find = prepared(prepared_.owed, sql_,
                               "SELECT r.at, r.answered, r.tariff, r.destination, r.caller_group, r.on_net, coalesce(c.invited, r.at) FROM reservation r "
                               "LEFT JOIN call_record c ON c.id = r.record WHERE r.account = ? AND r.record <> ? LIMIT ?");
    find.start(account_.name, key(request.record), most_rated + 1);
    Micros sum = 0;
    std::int64_t calls = 0;
    while (find.fetch()) {
        if (++calls > most_rated) sum = beyond_all;
        if (sum == beyond_all) break;
        const auto tariff = tariffs_.find(unescaped(find.text(2)));
        if (!tariff) continue;
        const std::string destination = unescaped(find.text(3)), group = unescaped(find.text(4));
        charging::Call call{.group = group, .destination = destination, .on_net = find.number(5) != 0, .answered = UtcTime(Duration(find.number(0)))};
        const Duration lasted = find.number(1) != 0 ? request.at - call.answered : Duration{};
        call.duration = std::clamp(lasted, std::min(slice, charging::longest_call), charging::longest_call);
        const auto charge = by_answer_or_invite(call, UtcTime(Duration(find.number(6))), [&](const charging::Call& c) { return charging::rate(*tariff, c); });
        if (charge)
            sum = capped_sum(sum, charge->price.micros);
        else if (charge.error() == charging::RatingError::overflow)
            sum = beyond_all;
    }
    find.done();
    return sum;
}

std::uint64_t Ledger::count_reservations(const std::string* user, std::uint32_t limit) {
    Statement& find = user != nullptr ? prepared(prepared_.of_user, sql_,
                                                 "SELECT count(*) FROM (SELECT 1 FROM reservation WHERE account = ? AND user = ? LIMIT ?)")
                                      : prepared(prepared_.of_account, sql_, "SELECT count(*) FROM (SELECT 1 FROM reservation WHERE account = ? LIMIT ?)");
    if (user != nullptr)
        find.start(account_.name, *user, std::int64_t{limit});
    else
        find.start(account_.name, std::int64_t{limit});
    const std::int64_t calls = find.fetch() ? find.number(0) : 0;
    find.done();
    return static_cast<std::uint64_t>(calls);
}

// Every attempt counts, also one that another rule will refuse: a thief does not stop at the first refusal.
std::optional<std::string> Ledger::watch(const ChargeRequest& request) {
    charging::Signs signs;
    if (account_.limits.burst != 0 && charging::is_premium(account_.limits, request.destination)) signs.new_premium = new_premium(request);
    if (account_.limits.networks != 0) signs.networks = networks(request);
    return charging::theft(account_.limits, signs);
}

std::uint64_t Ledger::new_premium(const ChargeRequest& request) {
    Statement& find = prepared(prepared_.premium, sql_, "SELECT last FROM premium_use WHERE account = ? AND destination = ?");
    find.start(account_.name, request.destination);
    const bool known = find.fetch() && find.number(0) > (request.at - premium_memory).time_since_epoch().count();
    find.done();
    if (known) {
        prepared(prepared_.use_premium, sql_, "UPDATE premium_use SET last = ? WHERE account = ? AND destination = ?")
            .run(request.at, account_.name, request.destination);
        return 0;
    }
    prepared(prepared_.purge_premium, sql_, "DELETE FROM premium_use WHERE account = ? AND last <= ?").run(account_.name, request.at - premium_memory);
    prepared(prepared_.put_premium, sql_, "INSERT OR REPLACE INTO premium_use (account, destination, first, last) VALUES (?, ?, ?, ?)")
        .run(account_.name, request.destination, request.at, request.at);
    Statement& seen = prepared(prepared_.count_premium, sql_, "SELECT count(*) FROM premium_use WHERE account = ? AND first > ?");
    seen.start(account_.name, request.at - std::chrono::minutes(account_.limits.burst_minutes));
    const std::int64_t count = seen.fetch() ? seen.number(0) : 0;
    seen.done();
    return static_cast<std::uint64_t>(count);
}

std::uint64_t Ledger::networks(const ChargeRequest& request) {
    const auto network = charging::network_of(request.source);
    if (!network) return 0;
    prepared(prepared_.purge_networks, sql_, "DELETE FROM network_use WHERE account = ? AND last <= ?").run(account_.name, request.at - network_memory);
    prepared(prepared_.put_network, sql_, "INSERT OR REPLACE INTO network_use (account, network, last) VALUES (?, ?, ?)")
        .run(account_.name, *network, request.at);
    Statement& seen = prepared(prepared_.count_networks, sql_, "SELECT count(*) FROM network_use WHERE account = ?");
    seen.start(account_.name);
    const std::int64_t count = seen.fetch() ? seen.number(0) : 0;
    seen.done();
    return static_cast<std::uint64_t>(count);
}

// Reservations ----------------------------------------------------------------------------------------------------------------

std::shared_ptr<const charging::Tariff> Ledger::tariff() const {
    auto found = tariffs_.find(tariff_name());
    if (found && found->settings().currency != account_.currency) return nullptr;
    return found;
}

Ledger::Held Ledger::held(const ChargeRequest& request, Duration wanted) const {
    const auto by = tariff();
    if (!by) return {account_.prepaid || !tariff_name().empty() ? Rule::no_tariff : Rule::none, 0, Duration::max()};
    const charging::Call call = call_of(request, group());
    const UtcTime invited = own_.invited != UtcTime{} ? own_.invited : request.at;
    if (!account_.prepaid) {
        const auto price = by_answer_or_invite(call, invited, [&](const charging::Call& c) { return charging::rate(*by, c); });  // of no time: is there a row?
        return {price ? Rule::none : Rule::no_tariff, 0, Duration::max()};
    }
    const charging::Money available{account_.balance - account_.reserved + own_.amount, account_.currency};
    const auto slice = by_answer_or_invite(call, invited, [&](const charging::Call& c) { return charging::slice_of(*by, c, wanted, available); });
    if (!slice) return {rule_of(slice.error())};
    return {Rule::none, slice->amount, slice->lasts};
}

void Ledger::reserve(const ChargeRequest& request, const Held& to_be, bool answered) {
    prepared(prepared_.put_reservation, sql_,
             "INSERT INTO reservation (record, account, user, tariff, destination, caller_group, on_net, at, answered, amount, lasts) VALUES (?, ?, ?, "
             "?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (record) DO UPDATE SET at = excluded.at, answered = excluded.answered, amount = excluded.amount, "
             "lasts = excluded.lasts")
        .run(key(request.record), account_.name, request.user, account_.tariff, request.destination, account_.group, std::int64_t{request.on_net},
             request.at, std::int64_t{answered}, to_be.amount, std::int64_t{to_be.lasts.count()});
    if (to_be.amount == own_.amount) return;
    prepared(prepared_.change_amounts, sql_, "UPDATE account SET balance = balance - ?, reserved = reserved + ? WHERE name = ?")
        .run(std::int64_t{0}, to_be.amount - own_.amount, account_.name);
}

Grant Ledger::extend(const ChargeRequest& request, Duration wanted) {
    find_reservation(request.record);
    if (!find_account(request.account)) return {Rule::no_credit, own_.lasts};
    if (has_ended(request.record)) return {Rule::no_credit, own_.lasts};  // settled: nothing would give a new reservation back
    Held to_be = held(request, wanted);
    const bool same_answer = own_.answered && own_.at == request.at;
    if (same_answer && (to_be.rule != Rule::none || to_be.lasts < own_.lasts)) return {Rule::no_credit, own_.lasts};  // promised is promised
    if (to_be.rule == Rule::no_tariff) return {Rule::no_tariff, own_.lasts};  // as it was when the call was allowed
    if (to_be.rule != Rule::none) to_be = {to_be.rule, own_.amount, Duration{}};
    reserve(request, to_be, true);
    const bool enough = to_be.rule == Rule::none && to_be.lasts >= std::min(wanted, charging::longest_call);
    return {enough ? Rule::none : Rule::no_credit, to_be.lasts};
}

// Settlement ------------------------------------------------------------------------------------------------------------------

std::optional<RatedPrice> Ledger::settle(const CallRecord& record) {
    if (has_ended(record.id) || !find_account(record.account)) return std::nullopt;
    find_reservation(record.id);
    std::optional<RatedPrice> rated;
    if (record.answered != UtcTime{}) rated = price_of(record);
    const Micros price = rated ? rated->price : 0;
    if (own_.exists) prepared(prepared_.remove_reservation, sql_, "DELETE FROM reservation WHERE record = ?").run(key(record.id));
    if (price == 0 && own_.amount == 0) return rated;
    prepared(prepared_.change_amounts, sql_, "UPDATE account SET balance = balance - ?, reserved = reserved + ? WHERE name = ?")
        .run(price, -own_.amount, account_.name);
    if (price != 0) count(account_.name, record.ended, 0, price);
    return rated;
}

// A call that the tariff has no price for any more costs what was reserved for it: nothing of a postpaid account, whose record then has no price until it
// is rated again.
std::optional<RatedPrice> Ledger::price_of(const CallRecord& record) const {
    if (const auto by = tariff()) {
        const Micros available = account_.balance - account_.reserved + own_.amount;
        const auto settled = settle_record(*by, record, group(), account_.prepaid ? &available : nullptr);
        if (settled && charging::add(account_.balance, -settled->price)) return rated_price(*settled, tariff_name());
    }
    if (own_.amount == 0) return std::nullopt;
    return RatedPrice{own_.amount, std::string(account_.currency.code()), tariff_name(), "", 0, 0};
}

// A new hour forgets those that no limit asks for any more.
void Ledger::count(std::string_view account, UtcTime at, std::int64_t calls, Micros spend) {
    const std::int64_t hour = hour_of(at);
    const int known = prepared(prepared_.add_usage, sql_, "UPDATE usage SET calls = calls + ?, spend = spend + ? WHERE account = ? AND hour = ?")
                          .run(calls, spend, account, hour);
    if (known != 0) return;
    prepared(prepared_.purge_usage, sql_, "DELETE FROM usage WHERE account = ? AND hour < ?").run(account, hour - usage_memory);
    prepared(prepared_.put_usage, sql_, "INSERT INTO usage (account, hour, calls, spend) VALUES (?, ?, ?, ?)").run(account, hour, calls, spend);
}

// The start -------------------------------------------------------------------------------------------------------------------

void Ledger::give_back_lost() {
    soci::transaction all(sql_);
    sql_ << "DELETE FROM reservation WHERE record NOT IN (SELECT id FROM call_record WHERE end_cause = 'none')";
    sql_ << "UPDATE account SET reserved = coalesce((SELECT sum(amount) FROM reservation WHERE account = account.name), 0) WHERE reserved <> "
            "coalesce((SELECT sum(amount) FROM reservation WHERE account = account.name), 0)";
    all.commit();
}

}  // namespace offhook::store
