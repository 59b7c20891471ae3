#include "offhook/store/tariff_writes.hpp"

#include <cstdint>
#include <utility>

#include "offhook/charging/tariff_csv.hpp"
#include "offhook/runtime/time_zone.hpp"
#include "offhook/store/json_object.hpp"

namespace offhook::store {
namespace {

using Code = AdminError::Code;

std::unexpected<AdminError> refusal(Code code, std::string text) { return std::unexpected(AdminError{code, std::move(text)}); }

AdminResult remove(soci::session& sql, JournalRows& journal, const std::string& name, UtcTime now) {
    {
        Statement users(sql, "SELECT name FROM account WHERE tariff = ? LIMIT 1");
        users.start(name);
        if (users.fetch())
            return refusal(Code::refused, "tariff " + name + " is that of account " + unescaped(users.text(0)) + ", maybe of others: give them another first");
    }
    {
        Statement calls(sql, "SELECT 1 FROM reservation WHERE tariff = ? LIMIT 1");
        calls.start(name);
        if (calls.fetch()) return refusal(Code::refused, "calls in progress are charged by tariff " + name + ": try again when they have ended");
    }
    if (Statement(sql, "DELETE FROM tariff WHERE name = ?").run(name) == 0) return refusal(Code::not_found, "tariff " + name + " does not exist");
    std::string payload;
    {
        JsonObject o(payload);
        o.text("name", name);
    }
    journal.add(EventKind::tariff_removed, payload, now);
    return {};
}

}  // namespace

AdminResult write_tariff(soci::session& sql, JournalRows& journal, const TariffChange& change, UtcTime now) {
    if (!change.tariff) return remove(sql, journal, change.name, now);
    const charging::Tariff::Settings& s = change.tariff->settings();
    {
        Statement other(sql, "SELECT name, currency FROM account WHERE tariff = ? AND currency <> ? LIMIT 1");
        other.start(change.name, s.currency.code());
        if (other.fetch())
            return refusal(Code::refused, "account " + unescaped(other.text(0)) + " has tariff " + change.name + " and is in " +
                                              std::string(other.text(1)) + ": the tariff cannot be in " + std::string(s.currency.code()));
    }
    {
        Statement calls(sql, "SELECT a.name, a.currency FROM reservation r JOIN account a ON a.name = r.account WHERE r.tariff = ? AND a.currency <> ? LIMIT 1");
        calls.start(change.name, s.currency.code());
        if (calls.fetch())
            return refusal(Code::refused, "calls in progress of account " + unescaped(calls.text(0)) + ", which is in " + std::string(calls.text(1)) +
                                              ", are charged by tariff " + change.name + ": import it in " + std::string(s.currency.code()) +
                                              " when they have ended, or under another name");
    }
    const auto rows = static_cast<std::int64_t>(change.tariff->rows().size());
    Statement(sql, "INSERT OR REPLACE INTO tariff (name, currency, zone, free_on_net, row_count, imported, rows) VALUES (?, ?, ?, ?, ?, ?, ?)")
        .run(change.name, s.currency.code(), s.zone.name(), std::int64_t{s.free_on_net}, rows, now, change.rows);
    std::string payload;
    {
        JsonObject o(payload);
        o.text("name", change.name);
        o.text("currency", s.currency.code());
        o.text("zone", s.zone.name());
        o.truth("free_on_net", s.free_on_net);
        o.number("rows", rows);
    }
    journal.add(EventKind::tariff_imported, payload, now);
    return {};
}

std::expected<std::vector<std::shared_ptr<const charging::Tariff>>, std::string> read_tariffs(soci::session& sql) {
    std::vector<std::shared_ptr<const charging::Tariff>> tariffs;
    Statement all(sql, "SELECT name, currency, zone, free_on_net, rows FROM tariff ORDER BY name");
    all.start();
    while (all.fetch()) {
        const std::string name = unescaped(all.text(0));
        const auto broken = [&name](const std::string& why) { return std::unexpected("tariff " + name + ": " + why); };
        const auto currency = charging::Currency::parse(all.text(1));
        if (!currency) return broken("its currency is not one");
        auto zone = runtime::load_time_zone(unescaped(all.text(2)));
        if (!zone) return broken(zone.error());
        auto tariff = charging::read_tariff({name, *currency, std::move(*zone), all.number(3) != 0}, unescaped(all.text(4)));
        if (!tariff) return broken("line " + std::to_string(tariff.error().front().line) + ": " + tariff.error().front().reason);
        tariffs.push_back(std::make_shared<const charging::Tariff>(std::move(*tariff)));
    }
    return tariffs;
}

}  // namespace offhook::store
