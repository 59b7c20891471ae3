// Lists as people and programs read them: an aligned table, CSV (RFC 4180), or JSON with one object on each line.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace boost::json {
class array;
class value;
}  // namespace boost::json

namespace offhook::cli {

enum class Form : std::uint8_t { table, json, csv };

struct Column {
    std::string_view heading, key;  ///< key: of the JSON objects
    bool right = false;             ///< numbers
};

/// `csv` has every key of `all`, the table the columns. Octets that a terminal could obey are shown as '?'.
[[nodiscard]] std::string render(const boost::json::array& rows, Form form, const std::vector<Column>& columns,
                                 const std::vector<std::string_view>& all);

}  // namespace offhook::cli
