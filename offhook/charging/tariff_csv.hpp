// Tariffs as CSV (RFC 4180): a heading of column names, then a row of the tariff in each line.
//
//   prefix,name,group,connection_fee,free_seconds,first_increment,increment,price_per_minute,valid_from,valid_until,days,hours
//   +49,Germany,,0.00,0,60,1,0.02,,,,
//   +4915,"Germany, mobile",,0.00,0,60,1,0.09,2026-01-01T00:00:00Z,,mon-fri,08:00-18:00
//
// The columns may stand in any order, and all but prefix and price_per_minute may be left out or empty: no name, all callers, no fee, no free
// seconds, increments of one second (the first as long as the following ones), always valid, every day, all day. Times are RFC 3339, in
// UTC unless they have an offset; days and hours are by the clocks of the tariff's zone.
#pragma once
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/charging/tariff.hpp"

namespace offhook::charging {

struct TariffCsvError {
    std::size_t line = 0;    ///< from 1
    std::size_t column = 1;  ///< of the value's first octet in the line, from 1
    std::string reason;      ///< what is wrong with which value and what is wanted
};

/// The tariff, or whatever is wrong with each line. An id is the place among the rows, from 1.
[[nodiscard]] std::expected<Tariff, std::vector<TariffCsvError>> read_tariff(Tariff::Settings settings, std::string_view csv);

/// All columns, the rows in order of their ids, lines that end in LF; read_tariff() makes the same rows of it.
[[nodiscard]] std::string tariff_csv(const Tariff& tariff);

}  // namespace offhook::charging
