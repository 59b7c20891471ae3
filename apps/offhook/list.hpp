// Lists of the API: fetched page by page, printed in the form that was asked for.
#pragma once
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstddef>
#include <expected>
#include <functional>
#include <string>
#include <string_view>

#include "apps/offhook/client.hpp"
#include "apps/offhook/program.hpp"
#include "apps/offhook/table.hpp"

namespace offhook::cli {

struct ListOptions {
    bool json = false, csv = false;
    [[nodiscard]] Form form() const { return json ? Form::json : csv ? Form::csv : Form::table; }
};

void add_form_options(CLI::App& command, ListOptions& options);
/// --user NAME@DOMAIN: a name alone, which nobody has, is refused rather than answered with nothing.
void add_user_option(CLI::App& command, std::string& user);

/// `target` with a parameter appended if it has a value.
[[nodiscard]] std::string with(std::string target, std::string_view name, std::string_view value);

/// What the server answers, which must be an object; an empty one if it answers nothing.
[[nodiscard]] std::expected<boost::json::object, Failure> ask_object(const Client& client, std::string_view method, const std::string& target,
                                                                     std::string_view body = {});
/// Calls with the answer {..., "next": ...} of each page. Ends when `take` says false or fails.
[[nodiscard]] std::expected<void, Failure> each_answer(const Globals& globals, std::string_view method, const std::string& target,
                                                       const std::function<std::expected<bool, Failure>(boost::json::object&)>& take);
/// Calls with the rows of `target`, whose answer is {"<list>": [...], "next": ...}, and with those of each page after it. Ends when `take` says false.
[[nodiscard]] std::expected<void, Failure> each_page(const Globals& globals, const std::string& target, std::string_view list,
                                                     const std::function<bool(const boost::json::array&)>& take);
/// All pages together: for lists that fit into memory.
[[nodiscard]] std::expected<boost::json::array, Failure> fetch_all(const Globals& globals, const std::string& target, std::string_view list);
/// The first page alone.
[[nodiscard]] std::expected<boost::json::array, Failure> fetch_page(const Globals& globals, const std::string& target, std::string_view list);

bool print(std::string_view text);  ///< to standard output; false: nobody takes it any more

}  // namespace offhook::cli
