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

struct Page {
    json::array rows;
    std::string next;
};

std::expected<Page, Failure> page(const Client& client, const std::string& target, std::string_view list) {
    const auto body = client.ask("GET", target);
    if (!body) return std::unexpected(body.error());
    json::error_code error;
    auto value = json::parse(*body, error);
    auto* rows = !error && value.is_object() ? value.get_object().if_contains({list.data(), list.size()}) : nullptr;
    const bool objects = rows != nullptr && rows->is_array() &&
                         std::all_of(rows->get_array().begin(), rows->get_array().end(), [](const json::value& row) { return row.is_object(); });
    if (!objects) return std::unexpected(Failure{Exit::refused, fmt::format("{} answered without a list of {}; is this an offhookd?", target, list)});
    Page out{std::move(rows->get_array()), {}};
    if (const auto* next = value.get_object().if_contains("next"); next != nullptr && next->is_string()) out.next = std::string(next->get_string());
    return out;
}

}  // namespace

void add_form_options(CLI::App& command, ListOptions& options) {
    auto* as_json = command.add_flag("--json", options.json, "As JSON");
    command.add_flag("--csv", options.csv, "As CSV, with every value")->excludes(as_json);
}

std::string with(std::string target, std::string_view name, std::string_view value) {
    if (value.empty()) return target;
    return fmt::format("{}{}{}={}", target, target.find('?') == target.npos ? '?' : '&', name, http::escape_component(value));
}

std::expected<json::array, Failure> fetch_page(const Globals& globals, const std::string& target, std::string_view list) {
    const auto client = Client::make(globals);
    if (!client) return std::unexpected(client.error());
    auto one = page(*client, target, list);
    if (!one) return std::unexpected(one.error());
    return std::move(one->rows);
}

std::expected<void, Failure> each_page(const Globals& globals, const std::string& target, std::string_view list,
                                       const std::function<bool(const json::array&)>& take) {
    const auto client = Client::make(globals);
    if (!client) return std::unexpected(client.error());
    std::string after;
    do {
        auto next = page(*client, with(target, "after", after), list);
        if (!next) return std::unexpected(next.error());
        if (!take(next->rows)) return {};
        if (next->next == after && !after.empty()) return std::unexpected(Failure{Exit::refused, "the server answers the same page again"});
        after = std::move(next->next);
    } while (!after.empty());
    return {};
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
