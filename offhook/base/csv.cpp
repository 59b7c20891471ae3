#include "offhook/base/csv.hpp"

namespace offhook {
namespace {

constexpr std::string_view quote_out_of_place = "a quote is out of place: a quoted value stands alone between commas, a quote inside it is doubled";

}  // namespace

std::expected<std::vector<CsvField>, CsvError> csv_fields(std::string_view line) {
    if (!is_utf8(line)) {
        std::size_t good = 0;
        while (line[good] != '\0' && utf8_sequence(line.substr(good)) != 0) good += utf8_sequence(line.substr(good));
        return std::unexpected(CsvError{good + 1, "the line is not UTF-8 text"});
    }
    std::vector<CsvField> fields(1);
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == ',') {
            fields.push_back({{}, i + 2});
        } else if (line[i] == '"') {
            const CsvError misplaced{i + 1, quote_out_of_place};
            if (i + 1 != fields.back().column) return std::unexpected(misplaced);
            for (++i;; ++i) {
                if (i >= line.size()) return std::unexpected(CsvError{misplaced.column, "this quoted value does not end on its line"});
                if (line[i] == '"' && line.substr(i + 1).starts_with('"'))
                    ++i;
                else if (line[i] == '"')
                    break;
                fields.back().text += line[i];
            }
            if (i + 1 < line.size() && line[i + 1] != ',') return std::unexpected(CsvError{i + 1, quote_out_of_place});
        } else {
            fields.back().text += line[i];
        }
    }
    return fields;
}

void append_csv_field(std::string& out, std::string_view field) {
    if (field.find_first_of(",\"\r\n") == std::string_view::npos && trim(field) == field) {
        out.append(field);
        return;
    }
    out += '"';
    for (const char c : field) {
        if (c == '"') out += '"';
        out += c;
    }
    out += '"';
}

}  // namespace offhook
