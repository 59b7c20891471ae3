#include "apps/offhook/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace offhook::cli {
namespace {

std::string text_of(const boost::json::value& row, std::string_view key) {
    const auto* member = row.as_object().if_contains({key.data(), key.size()});
    if (member == nullptr || member->is_null()) return {};
    if (member->is_string()) return {member->get_string().begin(), member->get_string().end()};
    if (member->is_bool()) return member->get_bool() ? "yes" : "no";
    if (member->is_array()) {
        std::string out;
        for (const auto& element : member->get_array()) {
            const auto piece = element.is_string() ? std::string(element.get_string()) : boost::json::serialize(element);
            out += (out.empty() ? "" : ",") + piece;
        }
        return out;
    }
    if (member->is_double()) return fmt::format("{}", member->get_double());  // Boost.JSON writes 0 as 0E0
    return boost::json::serialize(*member);
}

/// What came from the network may hold orders to the terminal: C0, DEL, and C1 as UTF-8 (C2 80 to C2 9F).
std::string harmless(std::string text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto octet = static_cast<unsigned char>(text[i]);
        const bool c1 = octet == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
        if (c1) text.erase(i, 1);
        if (c1 || octet < 0x20 || octet == 0x7f) text[i] = '?';
    }
    return text;
}

std::size_t width(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string csv_field(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == text.npos) return text;
    std::string out = "\"";
    for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + '"';
}

}  // namespace

std::string Printer::csv(const boost::json::array& rows) const {
    std::string out;
    if (!begun_) {
        for (const auto key : all_) out += fmt::format("{}{}", out.empty() ? "" : ",", key);
        out += "\r\n";
    }
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < all_.size(); ++i) line += (i == 0 ? "" : ",") + csv_field(text_of(row, all_[i]));
        out += line + "\r\n";
    }
    return out;
}

std::string Printer::json(const boost::json::array& rows) const {
    std::string out = begun_ ? "" : "[";
    for (const auto& row : rows) out += fmt::format("{}\n{}", !any_ && &row == &rows.front() ? "" : ",", boost::json::serialize(row));
    return out;
}

std::string Printer::table(const boost::json::array& rows) {
    std::vector<std::vector<std::string>> lines(begun_ ? 0 : 1);
    if (!begun_)
        for (const Column& column : columns_) lines.front().emplace_back(column.heading);
    for (const auto& row : rows) {
        auto& line = lines.emplace_back();
        for (const Column& column : columns_) line.push_back(harmless(text_of(row, column.key)));
    }
    for (const auto& line : lines)
        for (std::size_t i = 0; i < line.size(); ++i) widths_[i] = std::max(widths_[i], width(line[i]));
    std::string out;
    for (const auto& line : lines) {
        std::string shown;
        for (std::size_t i = 0; i < line.size(); ++i) {
            const std::string blanks(widths_[i] - width(line[i]), ' ');
            shown += (i == 0 ? "" : "  ") + (columns_[i].right ? blanks + line[i] : line[i] + blanks);
        }
        out += shown.substr(0, shown.find_last_not_of(' ') + 1) + "\n";
    }
    return out;
}

std::string Printer::page(const boost::json::array& rows) {
    std::string out = form_ == Form::json ? json(rows) : form_ == Form::csv ? csv(rows) : table(rows);
    begun_ = true;
    any_ = any_ || !rows.empty();
    return out;
}

std::string Printer::end() {
    if (form_ != Form::json) return {};
    return any_ ? "\n]\n" : "]\n";
}

std::string render(const boost::json::array& rows, Form form, const std::vector<Column>& columns, const std::vector<std::string_view>& all) {
    Printer printer(form, columns, all);
    std::string out = printer.page(rows);
    return out + printer.end();
}

}  // namespace offhook::cli
