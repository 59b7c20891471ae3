// A price list: rows by destination prefix, and which of them holds at an instant for a caller.
//
// Knows rows and their order, not what a call costs (rating.hpp). Thread rule: only read once it is made; shared as a snapshot.
//
// Of the rows that a destination begins with, that are for the caller's group or for all, and that hold at the instant (valid, and in
// their band), the first counts in this order: the longer prefix; for this group rather than for all; the later start of its validity;
// the band with fewer minutes in a week; the earlier in the list.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/base/time.hpp"
#include "offhook/charging/band.hpp"
#include "offhook/charging/money.hpp"
#include "offhook/charging/prefix_index.hpp"
#include "offhook/charging/time_zone.hpp"

namespace offhook::charging {

struct Row {
    std::uint32_t id = 0;               ///< its place in the list, from 1; given by Tariff::make()
    std::string prefix{};               ///< of a normalised destination; empty: of every one
    std::string name{};                 ///< "Germany, mobile": for people
    std::string group{};                ///< the callers that it is for; empty: all
    Micros connection_fee = 0;          ///< once for each answered call
    std::uint32_t free_seconds = 0;     ///< at the start of a call; the first increment begins after them
    std::uint32_t first_increment = 1;  ///< seconds; a multiple of `increment`
    std::uint32_t increment = 1;        ///< seconds
    Micros price_per_minute = 0;
    UtcTime valid_from = UtcTime::min();
    UtcTime valid_until = UtcTime::max();  ///< its first instant outside
    Band band{};                           ///< by the clocks of the tariff's zone

    bool operator==(const Row&) const = default;
};

/// What is wrong with a row; named as its CSV column is (tariff_csv.hpp).
struct RowError {
    std::size_t row = 0;  ///< its place, from 0
    std::string_view column;
    std::string reason;
};

class Tariff {
public:
    static constexpr std::size_t most_rows = 1'000'000;
    static constexpr Micros highest_price = 1'000'000'000'000;  ///< a million units, as fee or for a minute
    static constexpr std::uint32_t longest_increment = 86'400;  ///< seconds; of free seconds too

    struct Settings {
        std::string name;
        Currency currency;
        TimeZone zone;
        bool free_on_net = false;  ///< calls to own users cost nothing, whatever the rows say
    };

    Tariff() = default;
    /// Every row that is wrong, in order of the rows, or the tariff.
    [[nodiscard]] static std::expected<Tariff, std::vector<RowError>> make(Settings settings, std::vector<Row> rows);

    [[nodiscard]] const Settings& settings() const { return settings_; }
    [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }  ///< in order of their ids

    struct Choice {
        const Row* row = nullptr;        ///< lives as long as the tariff; null: no row holds
        UtcTime until = UtcTime::max();  ///< until then the choice is certainly the same
    };
    /// The row that holds at `time`, for callers of `group`, to what `place` of the index begins with and to its shorter prefixes.
    [[nodiscard]] Choice choose(std::uint32_t place, std::string_view group, UtcTime time) const;
    /// The longest prefix of a destination that has rows, for choose().
    [[nodiscard]] std::uint32_t longest_prefix(std::string_view destination) const { return index_.longest(destination); }

private:
    void build_index();

    Settings settings_;
    std::vector<Row> rows_;
    PrefixIndex index_;
    std::vector<std::uint32_t> order_;   ///< places in rows_: by prefix, then as the file's top says
    std::vector<std::uint32_t> starts_;  ///< of each prefix in order_, and the end
};

}  // namespace offhook::charging
