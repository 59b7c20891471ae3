#include "offhook/charging/tariff_csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <tuple>
#include <utility>

#include "offhook/base/csv.hpp"
#include "offhook/base/time_text.hpp"

namespace offhook::charging {
namespace {

/// What is wrong with a text, to stand after it; empty if nothing is.
using Wrong = std::string_view;

Wrong read_amount(std::string_view text, Micros& out) {
    const auto amount = parse_amount(text);
    if (!amount) return describe(amount.error());
    out = *amount;
    return {};
}

Wrong read_seconds(std::string_view text, std::uint32_t& out) {
    const auto number = to_number<std::uint32_t>(text);
    if (!number) return "is not a number of whole seconds";
    out = *number;
    return {};
}

Wrong read_time(std::string_view text, UtcTime& out) {
    const auto time = parse_time(text);
    if (!time) return "is not a time: 2026-01-01 or 2026-01-01T00:00:00+01:00 is wanted";
    out = *time;
    return {};
}

std::string time_text(UtcTime time, UtcTime unset) {
    if (time == unset) return {};
    std::string text = format_time(time);
    constexpr std::string_view no_fraction = ".000000Z";
    if (text.ends_with(no_fraction)) text.replace(text.size() - no_fraction.size(), no_fraction.size(), "Z");
    return text;
}

enum class Need : std::uint8_t { none, column, value };

/// A column: how a value is read into a row, and how it is written. An empty value is not read unless one is needed.
struct Column {
    std::string_view name;
    Wrong (*read)(std::string_view text, Row& row);
    std::string (*write)(const Row& row);
    Need need = Need::none;
};

constexpr Column columns[] = {
    {"prefix", [](std::string_view text, Row& row) { return row.prefix = text, Wrong(); }, [](const Row& row) { return row.prefix; }, Need::column},
    {"name", [](std::string_view text, Row& row) { return row.name = text, Wrong(); }, [](const Row& row) { return row.name; }},
    {"group", [](std::string_view text, Row& row) { return row.group = text, Wrong(); }, [](const Row& row) { return row.group; }},
    {"connection_fee", [](std::string_view text, Row& row) { return read_amount(text, row.connection_fee); },
     [](const Row& row) { return amount_text(row.connection_fee); }},
    {"free_seconds", [](std::string_view text, Row& row) { return read_seconds(text, row.free_seconds); },
     [](const Row& row) { return std::to_string(row.free_seconds); }},
    {"first_increment", [](std::string_view text, Row& row) { return read_seconds(text, row.first_increment); },
     [](const Row& row) { return std::to_string(row.first_increment); }},
    {"increment", [](std::string_view text, Row& row) { return read_seconds(text, row.increment); },
     [](const Row& row) { return std::to_string(row.increment); }},
    {"price_per_minute", [](std::string_view text, Row& row) { return read_amount(text, row.price_per_minute); },
     [](const Row& row) { return amount_text(row.price_per_minute); }, Need::value},
    {"valid_from", [](std::string_view text, Row& row) { return read_time(text, row.valid_from); },
     [](const Row& row) { return time_text(row.valid_from, UtcTime::min()); }},
    {"valid_until", [](std::string_view text, Row& row) { return read_time(text, row.valid_until); },
     [](const Row& row) { return time_text(row.valid_until, UtcTime::max()); }},
    {"days",
     [](std::string_view text, Row& row) {
         const auto days = parse_days(text);
         if (days) row.band.days = *days;
         return days ? Wrong() : Wrong("is not a list of days: mon-fri or sat sun is wanted");
     },
     [](const Row& row) { return days_text(row.band.days); }},
    {"hours",
     [](std::string_view text, Row& row) {
         return parse_hours(text, row.band) ? Wrong() : Wrong("is not a time of day: 08:00-18:00 or 22:00-06:00 is wanted");
     },
     [](const Row& row) { return hours_text(row.band); }},
};
constexpr std::size_t column_count = std::size(columns);
constexpr std::size_t first_increment = 5;
static_assert(columns[first_increment].name == "first_increment");

std::optional<std::size_t> column_named(std::string_view name) {
    const auto found = std::ranges::find(columns, name, &Column::name);
    if (found == std::end(columns)) return std::nullopt;
    return static_cast<std::size_t>(found - std::begin(columns));
}

std::string all_names() {
    std::string out;
    for (const Column& column : columns) out.append(out.empty() ? "" : ",").append(column.name);
    return out;
}

/// The beginning of a text, for an error.
std::string_view shown(std::string_view text) {
    constexpr std::size_t enough = 40;
    std::size_t end = 0;
    while (end < std::min(text.size(), enough)) end += std::max<std::size_t>(utf8_sequence(text.substr(end)), 1);
    return text.substr(0, end);
}

class Reader {
public:
    void take(std::string_view line, std::size_t number) {
        if (state_ == State::broken) return;
        line_ = number;
        const auto fields = csv_fields(line);
        const bool heading = state_ == State::heading;
        if (!fields)
            fail(fields.error().column, std::string(fields.error().reason));
        else if (heading)
            take_heading(*fields);
        else
            take_row(*fields);
        // What rows say cannot be told without their columns.
        if (heading) state_ = errors_.empty() ? State::rows : State::broken;
    }

    std::expected<Tariff, std::vector<TariffCsvError>> finish(Tariff::Settings settings) {
        if (state_ == State::heading) errors_.push_back({1, 1, "there is no heading: " + all_names()});
        auto tariff = Tariff::make(std::move(settings), std::move(rows_));
        if (!tariff)
            for (const RowError& error : tariff.error()) {
                const Place& place = places_[error.row];
                errors_.push_back({place.line, place.columns[*column_named(error.column)], fmt::format("{}: {}", error.column, error.reason)});
            }
        if (errors_.empty()) return std::move(*tariff);
        std::ranges::stable_sort(errors_, {}, [](const TariffCsvError& error) { return std::tuple(error.line, error.column); });
        return std::unexpected(std::move(errors_));
    }

private:
    enum class State : std::uint8_t { heading, rows, broken };

    /// Where a row stands, and each of its values; 1 where it has none.
    struct Place {
        std::size_t line = 0;
        std::array<std::uint32_t, column_count> columns{};
    };

    void fail(std::size_t column, std::string reason) { errors_.push_back({line_, column, std::move(reason)}); }

    void take_heading(const std::vector<CsvField>& fields) {
        for (const CsvField& field : fields) {
            const auto column = column_named(trim(field.text));
            if (!column)
                fail(field.column, fmt::format("\"{}\" is no column; there are {}", shown(field.text), all_names()));
            else if (std::ranges::find(order_, *column) != order_.end())
                fail(field.column, fmt::format("the column {} stands here twice", columns[*column].name));
            else
                order_.push_back(*column);
        }
        for (std::size_t i = 0; i < column_count; ++i)
            if (columns[i].need != Need::none && std::ranges::find(order_, i) == order_.end())
                fail(1, fmt::format("the column {} is missing; the first line names the columns", columns[i].name));
    }

    void take_row(const std::vector<CsvField>& fields) {
        if (fields.size() != order_.size())
            return fail(1, fmt::format("{} value{} where the heading has {}", fields.size(), fields.size() == 1 ? "" : "s", order_.size()));
        Row row;
        bool first_given = false;
        Place place{.line = line_};
        place.columns.fill(1);
        const std::size_t errors = errors_.size();
        for (std::size_t i = 0; i < fields.size(); ++i) {
            const Column& column = columns[order_[i]];
            const std::string_view text = trim(fields[i].text);
            place.columns[order_[i]] = static_cast<std::uint32_t>(fields[i].column);
            if (text.empty() && column.need != Need::value) continue;
            first_given = first_given || order_[i] == first_increment;
            if (const Wrong wrong = column.read(text, row); !wrong.empty())
                fail(fields[i].column, fmt::format("{}: \"{}\" {}", column.name, shown(text), wrong));
        }
        if (errors_.size() != errors) return;
        if (!first_given) row.first_increment = std::clamp(row.increment, 1U, Tariff::longest_increment);  // only the increment is to blame
        rows_.push_back(std::move(row));
        places_.push_back(place);
    }

    State state_ = State::heading;
    std::size_t line_ = 0;
    std::vector<std::size_t> order_;  ///< of the columns in the file
    std::vector<Row> rows_;
    std::vector<Place> places_;  ///< of each of rows_
    std::vector<TariffCsvError> errors_;
};

}  // namespace

std::expected<Tariff, std::vector<TariffCsvError>> read_tariff(Tariff::Settings settings, std::string_view csv) {
    Reader reader;
    for_each_line(csv, [&](std::string_view line, std::size_t number) { reader.take(line, number); });
    return reader.finish(std::move(settings));
}

std::string tariff_csv(const Tariff& tariff) {
    std::string out = all_names();
    out += '\n';
    for (const Row& row : tariff.rows()) {
        for (const Column& column : columns) {
            if (&column != columns) out += ',';
            append_csv_field(out, column.write(row));
        }
        out += '\n';
    }
    return out;
}

}  // namespace offhook::charging
