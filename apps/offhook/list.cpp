#include "apps/offhook/list.hpp"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <cstdio>
#include <iterator>
#include <utility>

#include "apps/offhook/client.hpp"
#include "offhook/http/exchange.hpp"

namespace offhook::cli {
namespace {

namespace json = boost::json;

/// The rows of an answer {"<list>": [...]}, all of them objects.
std::expected<json::array, Failure> rows_of(json::object& answer, const std::string& target, std::string_view list) {
    json::value* rows = answer.if_contains({list.data(), list.size()});
    if (rows == nullptr || !rows->is_array() || !std::ranges::all_of(rows->get_array(), [](const json::value& row) { return row.is_object(); }))
        return std::unexpected(Failure{Exit::refused, fmt::format("{} answered without a list of {}; is this an offhookd?", target, list)});
    return std::move(rows->get_array());
}

}  // namespace

void add_form_options(CLI::App& command, ListOptions& options) {
    auto* as_json = command.add_flag("--json", options.json, "As JSON");
    command.add_flag("--csv", options.csv, "As CSV, with every value")->excludes(as_json);
}

void add_user_option(CLI::App& command, std::string& user) {
    const CLI::Validator whole(
        [](std::string& text) {
            const auto at = text.rfind('@');
            const bool good = at != text.npos && at != 0 && at + 1 != text.size();
            return good ? std::string() : fmt::format("\"{}\" is not a user: NAME@DOMAIN is wanted, as alice@example.com", text);
        },
        "");
    command.add_option("--user", user, "Of this user only")->type_name("NAME@DOMAIN")->check(whole);
}

std::string with(std::string target, std::string_view name, std::string_view value) {
    if (value.empty()) return target;
    return fmt::format("{}{}{}={}", target, target.find('?') == target.npos ? '?' : '&', name, http::escape_component(value));
}

std::expected<json::object, Failure> ask_object(const Client& client, std::string_view method, const std::string& target, std::string_view body) {
    const auto answer = client.ask(method, target, body);
    if (!answer) return std::unexpected(answer.error());
    if (answer->empty()) return json::object{};
    json::error_code error;
    auto value = json::parse(*answer, error);
    if (error || !value.is_object()) return std::unexpected(Failure{Exit::refused, fmt::format("{} answered no object; is this an offhookd?", target)});
    return std::move(value.get_object());
}

std::expected<json::array, Failure> fetch_page(const Globals& globals, const std::string& target, std::string_view list) {
    const auto client = Client::make(globals);
    if (!client) return std::unexpected(client.error());
    auto answer = ask_object(*client, "GET", target);
    if (!answer) return std::unexpected(answer.error());
    return rows_of(*answer, target, list);
}

std::expected<void, Failure> each_answer(const Globals& globals, std::string_view method, const std::string& target,
                                         const std::function<std::expected<bool, Failure>(json::object&)>& take) {
    const auto client = Client::make(globals);
    if (!client) return std::unexpected(client.error());
    std::string after;
    do {
        auto answer = ask_object(*client, method, with(target, "after", after));
        if (!answer) return std::unexpected(answer.error());
        const json::value* member = answer->if_contains("next");
        std::string next = member != nullptr && member->is_string() ? std::string(member->get_string()) : std::string();
        const auto go_on = take(*answer);
        if (!go_on) return std::unexpected(go_on.error());
        if (!*go_on) return {};
        if (next == after && !after.empty()) return std::unexpected(Failure{Exit::refused, "the server answers the same page again"});
        after = std::move(next);
    } while (!after.empty());
    return {};
}

std::expected<void, Failure> each_page(const Globals& globals, const std::string& target, std::string_view list,
                                       const std::function<bool(const json::array&)>& take) {
    return each_answer(globals, "GET", target, [&](json::object& answer) -> std::expected<bool, Failure> {
        const auto rows = rows_of(answer, target, list);
        if (!rows) return std::unexpected(rows.error());
        return take(*rows);
    });
}

std::expected<json::array, Failure> fetch_all(const Globals& globals, const std::string& target, std::string_view list) {
    json::array all;
    const auto done = each_page(globals, target, list, [&](const json::array& rows) {
        all.insert(all.end(), rows.begin(), rows.end());
        return true;
    });
    if (!done) return std::unexpected(done.error());
    return all;
}

bool print(std::string_view text) { return std::fwrite(text.data(), 1, text.size(), stdout) == text.size(); }

}  // namespace offhook::cli
