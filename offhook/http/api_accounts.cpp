// /v1/accounts: who pays for calls.
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <chrono>

#include "offhook/base/text.hpp"
#include "offhook/base/time_text.hpp"
#include "offhook/http/account_json.hpp"
#include "offhook/http/api.hpp"
#include "offhook/http/members.hpp"
#include "offhook/http/reply.hpp"
#include "offhook/store/escape.hpp"

namespace offhook::http {
namespace {

namespace json = boost::json;

Response not_there(std::string_view name) { return error_response(404, fmt::format("account {} does not exist", store::escaped(name))); }

std::expected<charging::Account, Response> find(store::Store& store, std::string_view name) {
    auto found = store.account_reader().account(name);
    if (!found) return std::unexpected(unavailable(found.error()));
    if (!*found) return std::unexpected(not_there(name));
    return std::move(**found);
}

/// The account as it is now.
Response account_response(store::Store& store, std::string_view name, int status = 200) {
    const auto account = find(store, name);
    return account ? json_response(status, account_json(*account)) : account.error();
}

/// The members of a body that make or change an account; `limits` are those that it has so far.
struct Body {
    std::optional<std::string> name, currency, tariff, group;
    std::optional<bool> prepaid;
    std::optional<charging::Limits> limits;
};
std::expected<Body, Response> body_of(const Request& request, bool with_name, const charging::Limits& limits) {
    const auto object = body_object(request);
    if (!object) return std::unexpected(object.error());
    Body body;
    const Member members[] = {text_member("currency", body.currency), flag_member("prepaid", body.prepaid), text_member("tariff", body.tariff),
                              text_member("group", body.group), Member{"limits", [&](const json::value& value) {
                                                                           body.limits = limits;
                                                                           return take_limits(value, *body.limits);
                                                                       }}};
    const auto& [currency, prepaid, tariff, group, limit] = members;
    const std::string wrong = with_name ? take_members(*object, {text_member("name", body.name), currency, prepaid, tariff, group, limit})
                                        : take_members(*object, {currency, prepaid, tariff, group, limit});
    if (!wrong.empty()) return std::unexpected(error_response(400, wrong));
    return body;
}

std::expected<charging::Currency, Response> currency_of(const std::string& code) {
    if (const auto currency = charging::Currency::parse(code)) return *currency;
    return std::unexpected(error_response(400, fmt::format("\"currency\" is \"{}\": three capital letters are wanted, as EUR", store::escaped(code))));
}

json::object use_json(const store::AccountUse& use) {
    return {{"calls_in_progress", use.calls_in_progress},
            {"calls_this_hour", use.calls_this_hour},
            {"calls_today", use.calls_today},
            {"spent_this_hour", json::string(charging::amount_text(use.spent_this_hour))},
            {"spent_today", json::string(charging::amount_text(use.spent_today))}};
}

}  // namespace

Response Api::accounts(const Request& request) {
    if (request.verb == Verb::post) return add_account(request);
    if (request.verb != Verb::get) return wrong_method("GET, POST");
    if (Response wrong = check_parameters(request, {"limit", "after"}); wrong.status != 200) return wrong;
    const auto limit = limit_of(request);
    if (!limit) return limit.error();
    const auto page = store_.account_reader().accounts(store::unescaped(request.parameter("after").value_or("")), *limit);
    if (!page) return unavailable(page.error());
    json::array list;
    for (const charging::Account& account : *page) list.push_back(account_json(account));
    json::object body{{"accounts", std::move(list)}};
    if (page->size() == *limit) body["next"] = shown(page->back().name);
    return json_response(200, body);
}

Response Api::add_account(const Request& request) {
    if (Response wrong = check_parameters(request, {}); wrong.status != 200) return wrong;
    const auto body = body_of(request, true, {});
    if (!body) return body.error();
    if (!body->name) return error_response(400, "\"name\" is missing: that of the account, as \"acme\"");
    if (!body->currency) return error_response(400, "\"currency\" is missing: that of the account's balance, as \"EUR\"");
    if (body->name->find('/') != std::string::npos) return error_response(400, "the name of an account has no \"/\"");
    const auto currency = currency_of(*body->currency);
    if (!currency) return currency.error();
    charging::Account account;
    account.name = *body->name;
    account.currency = *currency;
    account.prepaid = body->prepaid.value_or(false);
    account.tariff = body->tariff.value_or("");
    account.group = body->group.value_or("");
    account.limits = body->limits.value_or(charging::Limits{});
    if (const auto added = store_.account_admin().add(account); !added) return refusal(added.error());
    Response response = account_response(store_, account.name, 201);
    response.headers.emplace_back("Location", "/v1/accounts/" + escape_component(account.name));
    return response;
}

Response Api::account(const Request& request, std::string_view path) {
    const auto slash = std::min(path.find('/'), path.size());
    const std::string_view name = path.substr(0, slash), part = path.substr(slash);
    if (part == "/payments") return payments(request, name);
    if (part == "/lock" || part == "/unlock") return lock_account(request, name, part == "/lock");
    if (!part.empty()) return error_response(404, fmt::format("an account has /payments, /lock and /unlock, not {}", store::escaped(part)));
    if (Response wrong = check_parameters(request, {}); wrong.status != 200) return wrong;
    switch (request.verb) {
        case Verb::get:
            return show_account(name);
        case Verb::patch:
            return change_account(request, name);
        case Verb::remove:
            if (const auto removed = store_.account_admin().remove(name); !removed) return refusal(removed.error());
            return {204, {}};
        default:
            return wrong_method("GET, PATCH, DELETE");
    }
}

/// With what it does now, and its first hundred users.
Response Api::show_account(std::string_view name) {
    const auto account = find(store_, name);
    if (!account) return account.error();
    const auto use = store_.account_reader().use(name, std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()));
    if (!use) return unavailable(use.error());
    const auto users = store_.account_reader().users(name, 100);
    if (!users) return unavailable(users.error());
    json::object body = account_json(*account);
    body["use"] = use_json(*use);
    json::array list;
    for (const std::string& user : *users) list.push_back(shown(user));
    body["users"] = std::move(list);
    return json_response(200, body);
}

Response Api::change_account(const Request& request, std::string_view name) {
    const std::lock_guard lock(limits_mutex_);  // limits that are not named stay what they are
    const auto before = find(store_, name);
    if (!before) return before.error();
    auto body = body_of(request, false, before->limits);
    if (!body) return body.error();
    store::AccountEdit edit{.tariff = body->tariff, .group = body->group, .limits = body->limits, .prepaid = body->prepaid, .currency = {}};
    if (body->currency) {
        const auto currency = currency_of(*body->currency);
        if (!currency) return currency.error();
        edit.currency = *currency;
    }
    if (!edit.tariff && !edit.group && !edit.limits && !edit.prepaid && !edit.currency)
        return error_response(400, "nothing to change: give \"tariff\", \"group\", \"prepaid\", \"currency\" or \"limits\"");
    if (const auto changed = store_.account_admin().change(name, edit); !changed) return refusal(changed.error());
    return account_response(store_, name);
}

Response Api::lock_account(const Request& request, std::string_view name, bool locking) {
    if (request.verb != Verb::post) return wrong_method("POST");
    if (Response wrong = check_parameters(request, {}); wrong.status != 200) return wrong;
    std::optional<std::string> reason;
    if (!request.body.empty()) {
        const auto object = body_object(request);
        if (!object) return object.error();
        const std::string wrong = locking ? take_members(*object, {text_member("reason", reason)}) : object->empty() ? "" : "no member is known here";
        if (!wrong.empty()) return error_response(400, wrong);
    }
    const auto done = locking ? store_.account_admin().lock(name, reason.value_or("by the operator")) : store_.account_admin().unlock(name);
    if (!done) return refusal(done.error());
    return account_response(store_, name);
}

Response Api::payments(const Request& request, std::string_view name) {
    if (request.verb == Verb::post) return add_payment(request, name);
    if (request.verb != Verb::get) return wrong_method("GET, POST");
    if (Response wrong = check_parameters(request, {"limit", "after"}); wrong.status != 200) return wrong;
    const auto limit = limit_of(request);
    if (!limit) return limit.error();
    const auto after = to_number<std::uint64_t>(request.parameter("after").value_or("0"));
    if (!after) return error_response(400, "after: the id of a payment is wanted, a number");
    if (const auto account = find(store_, name); !account) return account.error();
    const auto page = store_.account_reader().payments(name, *after, *limit);
    if (!page) return unavailable(page.error());
    json::array list;
    for (const store::Payment& payment : *page)
        list.push_back(json::object{{"id", payment.id},
                                    {"time", json::string(format_time(payment.time))},
                                    {"reference", shown(payment.reference)},
                                    {"note", shown(payment.note)},
                                    {"amount", json::string(charging::amount_text(payment.amount))},
                                    {"balance", json::string(charging::amount_text(payment.balance))}});
    json::object body{{"payments", std::move(list)}};
    if (page->size() == *limit) body["next"] = json::string(std::to_string(page->back().id));
    return json_response(200, body);
}

Response Api::add_payment(const Request& request, std::string_view name) {
    if (Response wrong = check_parameters(request, {}); wrong.status != 200) return wrong;
    const auto object = body_object(request);
    if (!object) return object.error();
    charging::Micros amount = 0;
    std::optional<std::string> reference, note;
    if (const std::string wrong =
            take_members(*object, {amount_member("amount", amount), text_member("reference", reference), text_member("note", note)});
        !wrong.empty())
        return error_response(400, wrong);
    if (!object->contains("amount")) return error_response(400, "\"amount\" is missing: what is paid in, as \"10.00\"; less than 0 is taken out");
    if (!reference) return error_response(400, "\"reference\" is missing: what this payment is known by, so that it counts once however often it is sent");
    if (const auto done = store_.account_admin().credit(name, amount, *reference, note.value_or("")); !done) return refusal(done.error());
    return account_response(store_, name);
}

}  // namespace offhook::http
