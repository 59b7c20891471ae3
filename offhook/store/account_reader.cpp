#include "offhook/store/account_reader.hpp"

#include <algorithm>

#include "offhook/store/account_rows.hpp"
#include "offhook/store/escape.hpp"
#include "offhook/store/hour.hpp"
#include "offhook/store/reader.hpp"

namespace offhook::store {
namespace {

std::int64_t bounded(std::size_t limit) { return static_cast<std::int64_t>(std::min(limit, page_limit)); }
UtcTime utc(std::int64_t microseconds) { return UtcTime(Duration(microseconds)); }

}  // namespace

AccountReader::Page<charging::Account> AccountReader::accounts(std::string_view after, std::size_t limit) {
    return pool_.with([&](soci::session& sql) {
        std::vector<charging::Account> page;
        Statement rows(sql, "SELECT " + std::string(account_columns) + " FROM account WHERE name > ? ORDER BY name LIMIT ?");
        rows.start(after, bounded(limit));
        while (rows.fetch()) read_account(page.emplace_back(), rows);
        return page;
    });
}

std::expected<std::optional<charging::Account>, std::string> AccountReader::account(std::string_view name) {
    return pool_.with([&](soci::session& sql) {
        std::optional<charging::Account> found;
        Statement row(sql, "SELECT " + std::string(account_columns) + " FROM account WHERE name = ?");
        row.start(name);
        if (row.fetch()) read_account(found.emplace(), row);
        return found;
    });
}

std::expected<AccountUse, std::string> AccountReader::use(std::string_view account, UtcTime now) {
    return pool_.with([&](soci::session& sql) {
        AccountUse use;
        Statement calls(sql, "SELECT count(*) FROM reservation WHERE account = ?");
        calls.start(account);
        if (calls.fetch()) use.calls_in_progress = static_cast<std::uint64_t>(calls.number(0));
        Statement hours(sql, "SELECT hour, calls, spend FROM usage WHERE account = ? AND hour BETWEEN ? AND ?");
        hours.start(account, day_start(hour_of(now)), hour_of(now));
        while (hours.fetch()) {
            const auto count = static_cast<std::uint64_t>(hours.number(1));
            use.calls_today += count;
            use.spent_today += hours.number(2);
            if (hours.number(0) != hour_of(now)) continue;
            use.calls_this_hour = count;
            use.spent_this_hour = hours.number(2);
        }
        return use;
    });
}

AccountReader::Page<std::string> AccountReader::users(std::string_view account, std::size_t limit) {
    return pool_.with([&](soci::session& sql) {
        std::vector<std::string> page;
        Statement rows(sql, "SELECT name, domain FROM user WHERE account = ? AND account <> '' LIMIT ?");
        rows.start(account, bounded(limit));
        while (rows.fetch()) page.push_back(unescaped(rows.text(0)) + '@' + unescaped(rows.text(1)));
        return page;
    });
}

AccountReader::Page<Payment> AccountReader::payments(std::string_view account, std::uint64_t after, std::size_t limit) {
    return pool_.with([&](soci::session& sql) {
        std::vector<Payment> page;
        Statement rows(sql, "SELECT id, time, reference, note, amount, balance FROM payment WHERE account = ? AND id > ? ORDER BY id LIMIT ?");
        rows.start(account, static_cast<std::int64_t>(after), bounded(limit));
        while (rows.fetch())
            page.push_back({static_cast<std::uint64_t>(rows.number(0)), utc(rows.number(1)), unescaped(rows.text(2)), unescaped(rows.text(3)),
                            rows.number(4), rows.number(5)});
        return page;
    });
}

AccountReader::Page<TariffInfo> AccountReader::tariffs(std::string_view after, std::size_t limit) {
    return pool_.with([&](soci::session& sql) {
        std::vector<TariffInfo> page;
        Statement rows(sql, "SELECT name, currency, zone, free_on_net, row_count, imported FROM tariff WHERE name > ? ORDER BY name LIMIT ?");
        rows.start(after, bounded(limit));
        while (rows.fetch())
            page.push_back({unescaped(rows.text(0)), std::string(rows.text(1)), unescaped(rows.text(2)), rows.number(3) != 0,
                            static_cast<std::uint64_t>(rows.number(4)), utc(rows.number(5))});
        return page;
    });
}

}  // namespace offhook::store
