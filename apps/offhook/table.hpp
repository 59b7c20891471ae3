// Lists as people and programs read them: an aligned table, CSV (RFC 4180), or JSON with one object on each line.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
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

/// A list whose rows come in parts, so that none has to be kept: page() for each of them, then end(). CSV has every key of `all`, the table the
/// columns, as wide as the parts so far need. Octets that a terminal could obey are shown as '?'.
class Printer {
public:
    Printer(Form form, std::vector<Column> columns, std::vector<std::string_view> all)
        : form_(form), columns_(std::move(columns)), all_(std::move(all)), widths_(columns_.size()) {}

    [[nodiscard]] std::string page(const boost::json::array& rows);
    [[nodiscard]] std::string end();

private:
    [[nodiscard]] std::string csv(const boost::json::array& rows) const;
    [[nodiscard]] std::string json(const boost::json::array& rows) const;
    [[nodiscard]] std::string table(const boost::json::array& rows);

    Form form_;
    std::vector<Column> columns_;
    std::vector<std::string_view> all_;
    std::vector<std::size_t> widths_;
    bool begun_ = false, any_ = false;
};

/// The whole of a list.
[[nodiscard]] std::string render(const boost::json::array& rows, Form form, const std::vector<Column>& columns,
                                 const std::vector<std::string_view>& all);

}  // namespace offhook::cli
