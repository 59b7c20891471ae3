#include "offhook/store/totals.hpp"

#include <fmt/format.h>

#include <chrono>

#include "offhook/store/escape.hpp"
#include "offhook/store/record_conditions.hpp"

namespace offhook::store {
namespace {

// What a group is known by, as text.
std::string key_expression(const TotalsRequest& request) {
    switch (request.by) {
        case GroupBy::day:
            return "date(invited / 1000000, 'unixepoch')";
        case GroupBy::user:
            return "user";
        case GroupBy::account:
            return "account";
        case GroupBy::prefix:
            return fmt::format("substr(destination, 1, {})", request.prefix_octets);
    }
    return "''";
}

struct Row {
    std::string key, currency;
    long long calls = 0, answered = 0, seconds = 0, priced = 0, price = 0;
};

using Groups = std::map<std::string, GroupTotals>;

/// False if the sum of prices is beyond what can be kept.
bool add(Groups& groups, const Row& row) {
    GroupTotals& group = groups[row.key];
    group.calls += static_cast<std::uint64_t>(row.calls);
    group.answered += static_cast<std::uint64_t>(row.answered);
    group.seconds += row.seconds;
    if (row.priced == 0) return true;
    charging::Micros& price = group.prices[row.currency];
    const auto sum = charging::add(price, row.price);
    if (sum) price = *sum;
    return sum.has_value();
}

}  // namespace

std::expected<std::vector<GroupTotals>, std::string> TotalsReader::totals(const TotalsRequest& request) {
    RecordFilter filter = request.filter;
    filter.newest_first = false;
    const RecordConditions conditions(filter);
    const std::string select = "SELECT " + key_expression(request) +
                               ", currency, count(*), sum(answered <> 0), sum(CASE WHEN answered <> 0 THEN seconds ELSE 0 END), count(price), "
                               "coalesce(sum(price), 0) FROM call_record";
    Groups groups;
    std::optional<RecordKey> after, end;
    bool fits = true;
    do {  // the session is given back after each slice: others wait for one
        const auto slice = pool_.with([&](soci::session& sql) {
            end = conditions.end_of_slice(sql, after);
            Row row;
            Query q(sql, select);
            q.reads(row.key, row.currency, row.calls, row.answered, row.seconds, row.priced, row.price);
            conditions.add_indexed(q, after, end);
            conditions.add_others(q);
            q.where("end_cause <> 'none'");
            const int all = INT32_MAX;
            q.each(" GROUP BY 1, 2", all, [&] { fits = add(groups, row) && fits; });
            return true;
        });
        if (!slice) return std::unexpected(slice.error());
        if (!fits) return std::unexpected("the sum of prices is more than can be kept: ask for a shorter period");
        if (groups.size() > group_limit_of_totals)
            return std::unexpected(fmt::format("there are more than {} groups: ask for a shorter period, or by another key", group_limit_of_totals));
        after = end;
    } while (end);
    std::vector<GroupTotals> out;
    out.reserve(groups.size());
    for (auto& [key, group] : groups) {
        group.key = unescaped(key);
        out.push_back(std::move(group));
    }
    return out;
}

}  // namespace offhook::store
