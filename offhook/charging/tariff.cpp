#include "offhook/charging/tariff.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

#include "offhook/base/text.hpp"
#include "offhook/charging/destination.hpp"

namespace offhook::charging {
namespace {

constexpr std::size_t longest_name = 200, longest_group = 64;

/// What comes first in its prefix: see the top of tariff.hpp. The complement turns the order round, and overflows nowhere.
auto rank_of(const Row& row) { return std::tuple(row.group.empty(), ~row.valid_from.time_since_epoch().count(), row.band.minutes_of_week(), row.id); }

/// What two rows may not both have: then one of them could never hold.
auto key_of(const Row& row) { return std::tie(row.prefix, row.group, row.valid_from, row.valid_until, row.band.days, row.band.from, row.band.to); }

bool is_plain_text(std::string_view text, bool blanks) {
    return is_utf8(text) &&
           std::ranges::all_of(text, [&](char c) { return (static_cast<unsigned char>(c) > 0x20 && c != 0x7f) || (blanks && c == ' '); });
}

void check_text(const Row& row, std::size_t place, std::vector<RowError>& errors) {
    if (row.prefix.size() > Destination::most_octets || !is_plain_text(row.prefix, false))
        errors.push_back(
            {place, "prefix",
             fmt::format("must be at most {} octets without blanks, as a normalised destination begins: +4930", Destination::most_octets)});
    if (row.name.size() > longest_name || !is_plain_text(row.name, true))
        errors.push_back({place, "name", fmt::format("must be a text of at most {} octets without control characters", longest_name)});
    if (row.group.size() > longest_group || !is_plain_text(row.group, false))
        errors.push_back({place, "group", fmt::format("must be at most {} octets without blanks", longest_group)});
}

void check_numbers(const Row& row, std::size_t place, std::vector<RowError>& errors) {
    const auto amount = [&](Micros value, std::string_view column) {
        if (value < 0 || value > Tariff::highest_price)
            errors.push_back({place, column, fmt::format("must be 0 to {}", amount_text(Tariff::highest_price))});
    };
    amount(row.connection_fee, "connection_fee");
    amount(row.price_per_minute, "price_per_minute");
    const auto seconds = [&](std::uint32_t value, std::uint32_t least, std::string_view column) {
        const bool fine = value >= least && value <= Tariff::longest_increment;
        if (!fine) errors.push_back({place, column, fmt::format("must be {} to {} seconds", least, Tariff::longest_increment)});
        return fine;
    };
    seconds(row.free_seconds, 0, "free_seconds");
    const bool first = seconds(row.first_increment, 1, "first_increment"), following = seconds(row.increment, 1, "increment");
    if (first && following && row.first_increment % row.increment != 0)
        errors.push_back({place, "first_increment",
                          fmt::format("must be a multiple of the following increment, {}: else a call would cost more than "
                                      "the same call hung up and dialled again",
                                      row.increment)});
}

void check_times(const Row& row, std::size_t place, std::vector<RowError>& errors) {
    if (row.valid_from >= row.valid_until) errors.push_back({place, "valid_until", "must be after valid_from"});
    if (!row.band.is_valid()) errors.push_back({place, "hours", "must be a time of some day, as 08:00-18:00 or 22:00-06:00"});
}

std::vector<RowError> defects_of(const std::vector<Row>& rows) {
    std::vector<RowError> errors;
    if (rows.size() > Tariff::most_rows) {
        errors.push_back({Tariff::most_rows, "prefix", fmt::format("is one row too many: a tariff has at most {}", Tariff::most_rows)});
        return errors;
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        check_text(rows[i], i, errors);
        check_numbers(rows[i], i, errors);
        check_times(rows[i], i, errors);
    }
    std::vector<std::size_t> sorted(rows.size());
    std::iota(sorted.begin(), sorted.end(), 0U);
    std::ranges::sort(sorted, [&](std::size_t a, std::size_t b) { return std::tuple(key_of(rows[a]), a) < std::tuple(key_of(rows[b]), b); });
    for (std::size_t i = 1; i < sorted.size(); ++i)
        if (key_of(rows[sorted[i]]) == key_of(rows[sorted[i - 1]]))
            errors.push_back({sorted[i], "prefix", "has another row with the same group, validity, days and hours: remove one of them"});
    std::ranges::stable_sort(errors, {}, &RowError::row);
    return errors;
}

}  // namespace

std::expected<Tariff, std::vector<RowError>> Tariff::make(Settings settings, std::vector<Row> rows) {
    if (auto errors = defects_of(rows); !errors.empty()) return std::unexpected(std::move(errors));
    Tariff tariff;
    tariff.settings_ = std::move(settings);
    tariff.rows_ = std::move(rows);
    for (std::uint32_t id = 0; Row & row : tariff.rows_) row.id = ++id;
    tariff.build_index();
    return tariff;
}

void Tariff::build_index() {
    order_.resize(rows_.size());
    std::iota(order_.begin(), order_.end(), 0U);
    std::ranges::sort(order_, [&](std::uint32_t a, std::uint32_t b) {
        if (const int order = rows_[a].prefix.compare(rows_[b].prefix); order != 0) return order < 0;
        return rank_of(rows_[a]) < rank_of(rows_[b]);
    });
    std::vector<std::string> prefixes;
    for (std::uint32_t i = 0; i < order_.size(); ++i) {
        const std::string& prefix = rows_[order_[i]].prefix;
        if (!prefixes.empty() && prefixes.back() == prefix) continue;
        prefixes.push_back(prefix);
        starts_.push_back(i);
    }
    starts_.push_back(static_cast<std::uint32_t>(order_.size()));
    index_ = PrefixIndex(prefixes);
}

Tariff::Choice Tariff::choose(std::uint32_t place, std::string_view group, UtcTime time) const {
    Choice choice;
    std::optional<TimeZone::Span> clock;  // asked for only where a band needs it
    for (; place != PrefixIndex::none; place = index_.shorter(place)) {
        for (std::uint32_t i = starts_[place]; i != starts_[place + 1]; ++i) {
            const Row& row = rows_[order_[i]];
            if (time >= row.valid_until || (!row.group.empty() && row.group != group)) continue;
            if (time < row.valid_from) {
                choice.until = std::min(choice.until, row.valid_from);
                continue;
            }
            bool holds = true;
            if (!row.band.is_always()) {
                if (!clock) clock = settings_.zone.at(time);
                const LocalTime local(time.time_since_epoch() + clock->offset);
                holds = row.band.covers(local);
                choice.until = std::min({choice.until, clock->until, time + (row.band.constant_until(local) - local)});
            }
            if (!holds) continue;
            choice.until = std::min(choice.until, row.valid_until);
            choice.row = &row;
            return choice;
        }
    }
    return choice;
}

}  // namespace offhook::charging
