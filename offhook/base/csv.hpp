// Comma-separated values, RFC 4180: the fields of a line with where each stands, and a field as it is written.
//
// A quoted field may hold commas and quotes but no line end: a line is a record, so that what is wrong has a line to be named by.
#pragma once
#include <algorithm>
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/base/text.hpp"

namespace offhook {

struct CsvField {
    std::string text;        ///< without its quotes
    std::size_t column = 1;  ///< of its first octet in the line, a quote included; from 1
};

struct CsvError {
    std::size_t column = 1;  ///< in octets, from 1
    std::string_view reason;
};

/// The fields of one line, which has no line end: at least one, which may be empty.
[[nodiscard]] std::expected<std::vector<CsvField>, CsvError> csv_fields(std::string_view line);

/// Appends a field, in quotes if it holds a comma, a quote, a line end, or a blank at one of its ends.
void append_csv_field(std::string& out, std::string_view field);

/// Calls with each line that is not blank and its number, from 1; line ends are LF or CRLF, a UTF-8 mark at the start is skipped.
template <class Take>
void for_each_line(std::string_view text, Take take) {
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (!trim(line).empty()) take(line, number);
    }
}

}  // namespace offhook
