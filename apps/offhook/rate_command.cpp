// offhook cdr rate: ended calls by the tariffs as they are now.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdint>
#include <map>
#include <memory>

#include "apps/offhook/list.hpp"
#include "apps/offhook/program.hpp"
#include "offhook/charging/money.hpp"

namespace offhook::cli {
namespace {

namespace json = boost::json;
using charging::Micros;
using Outcome = std::expected<Exit, Failure>;

struct Options {
    ListOptions list;
    std::string from, to, account, tariff;
    bool apply = false;
};

struct Sum {
    std::uint64_t checked = 0, differ = 0, unrated = 0, short_of_credit = 0;
    std::map<std::string, Micros, std::less<>> difference;  ///< by currency
};

Micros amount_of(const json::value& text) {
    const std::string amount(text.as_string());
    return charging::parse_amount(amount).value_or(0);
}

/// A call as it is listed, with what it changes in the sum.
json::object row_of(const json::object& call, Sum& sum) {
    json::object row;
    for (const char* key : {"id", "invited", "account", "user", "destination", "problem", "applied"}) row[key] = call.at(key);
    const json::value &stored = call.at("stored"), &now = call.at("now");
    const Micros before = stored.is_null() ? 0 : amount_of(stored.at("price"));
    row["before"] = stored.is_null() ? json::value(nullptr) : stored.at("price");
    if (now.is_null()) {
        ++sum.unrated;
        return row;
    }
    // What stands in the record afterwards: less than the price if a prepaid account could not pay for it.
    const Micros price = amount_of(now.at("price")), after = call.at("applied").is_null() ? price : amount_of(call.at("applied"));
    ++sum.differ;
    if (after != price) ++sum.short_of_credit;
    sum.difference[std::string(now.at("currency").as_string())] += after - before;
    row["now"] = now.at("price");
    row["difference"] = json::string(charging::amount_text(after - before));
    row["currency"] = now.at("currency");
    return row;
}

std::string text_of(const Sum& sum, bool applied) {
    std::string out = fmt::format("{} answered calls compared, {} differ", sum.checked, sum.differ);
    for (const auto& [currency, difference] : sum.difference) out += fmt::format(", {} {}", charging::amount_text(difference), currency);
    if (sum.unrated != 0) out += fmt::format("; {} cannot be rated", sum.unrated);
    if (sum.short_of_credit != 0) out += fmt::format("; {} stay below their price: the prepaid balance is not enough", sum.short_of_credit);
    return out + (applied ? "\nprices and balances were put right\n" : "\nnothing was changed: --apply does that\n");
}

Outcome rate(const Globals& globals, const Options& options) {
    std::string target = with(with("/v1/cdr/rate?limit=1000", "from", options.from), "to", options.to);
    target = with(with(std::move(target), "account", options.account), "tariff", options.tariff);
    Printer printer(options.list.form(),
                    {{"INVITED", "invited"},
                     {"ACCOUNT", "account"},
                     {"DESTINATION", "destination"},
                     {"BEFORE", "before", true},
                     {"NOW", "now", true},
                     {"DIFFERENCE", "difference", true},
                     {"PROBLEM", "problem"}},
                    {"id", "invited", "account", "user", "destination", "before", "now", "difference", "currency", "applied", "problem"});
    Sum sum;
    const auto done = each_answer(globals, options.apply ? "POST" : "GET", target, [&](const json::object& page) -> std::expected<bool, Failure> {
        sum.checked += page.at("checked").to_number<std::uint64_t>();
        json::array rows;
        for (const json::value& call : page.at("calls").as_array()) rows.push_back(row_of(call.as_object(), sum));
        return print(printer.page(rows)) || options.apply;  // what was begun is applied, whether anybody reads it or not
    });
    print(printer.end());
    if (!done) return std::unexpected(done.error());
    if (options.list.form() == Form::table) print(text_of(sum, options.apply));
    return Exit::done;
}

}  // namespace

void add_rate_command(CLI::App& cdr, Program& program) {
    const auto options = std::make_shared<Options>();  // lives as long as the callback
    auto* command = cdr.add_subcommand("rate", "What answered calls of a period would cost by the tariffs as they are now, where that differs");
    command->fallthrough();
    add_form_options(*command, options->list);
    command->add_option("--from", options->from, "Calls that began at this time or later, as 2026-11-22 or 2026-11-22T09:55:00Z")->required()->type_name("TIME");
    command->add_option("--to", options->to, "Calls that began before this time")->required()->type_name("TIME");
    command->add_option("--account", options->account, "Paid by this account only")->type_name("ACCOUNT");
    command->add_option("--tariff", options->tariff, "Rated by this tariff only")->type_name("TARIFF");
    command->add_flag("--apply", options->apply, "Put prices and balances right");
    command->callback([&program, options] { program.run = [&program, options] { return rate(program.globals, *options); }; });
}

}  // namespace offhook::cli
