// Lists of the API: fetched page by page, printed in the form that was asked for.
#pragma once
#include <boost/json/array.hpp>
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "apps/offhook/program.hpp"
#include "apps/offhook/table.hpp"

namespace offhook::cli {

struct ListOptions {
    bool json = false, csv = false;
    [[nodiscard]] Form form() const { return json ? Form::json : csv ? Form::csv : Form::table; }
};

void add_form_options(CLI::App& command, ListOptions& options);

/// The rows of one page of `target`, whose answer is {"<list>": [...], "next": ...}, and of those after it.
[[nodiscard]] std::expected<boost::json::array, Failure> fetch_all(const Globals& globals, const std::string& target, std::string_view list);
/// The first page alone.
[[nodiscard]] std::expected<boost::json::array, Failure> fetch_page(const Globals& globals, const std::string& target, std::string_view list);

void print(std::string_view text);  ///< to standard output

}  // namespace offhook::cli
