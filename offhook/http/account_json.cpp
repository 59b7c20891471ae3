#include "offhook/http/account_json.hpp"

#include <boost/json/array.hpp>

#include "offhook/http/members.hpp"
#include "offhook/http/reply.hpp"

namespace offhook::http {
namespace {

namespace json = boost::json;
using charging::Limits;

json::string amount(charging::Micros micros) { return json::string(charging::amount_text(micros)); }

json::array list(const std::vector<std::string>& prefixes) {
    json::array out;
    for (const std::string& prefix : prefixes) out.push_back(shown(prefix));
    return out;
}

json::object limits_json(const Limits& limits) {
    return {{"calls_of_user", limits.calls_of_user},
            {"calls_of_account", limits.calls_of_account},
            {"calls_per_hour", limits.calls_per_hour},
            {"calls_per_day", limits.calls_per_day},
            {"spend_per_hour", amount(limits.spend_per_hour)},
            {"spend_per_day", amount(limits.spend_per_day)},
            {"blocked", list(limits.blocked)},
            {"allowed", list(limits.allowed)},
            {"premium", list(limits.premium)},
            {"burst", limits.burst},
            {"burst_minutes", limits.burst_minutes},
            {"networks", limits.networks}};
}

}  // namespace

json::object account_json(const charging::Account& account) {
    return {{"name", shown(account.name)},
            {"currency", json::string(account.currency.code())},
            {"prepaid", account.prepaid},
            {"balance", amount(account.balance)},
            {"reserved", amount(account.reserved)},
            {"tariff", shown(account.tariff)},
            {"group", shown(account.group)},
            {"locked", account.locked},
            {"lock_reason", shown(account.lock_reason)},
            {"limits", limits_json(account.limits)}};
}

std::string take_limits(const json::value& value, Limits& limits) {
    const json::object* object = value.if_object();
    if (object == nullptr) return "must be an object, as {\"calls_of_account\": 10}";
    const std::string wrong = take_members(
        *object, {count_member("calls_of_user", limits.calls_of_user), count_member("calls_of_account", limits.calls_of_account),
                  count_member("calls_per_hour", limits.calls_per_hour), count_member("calls_per_day", limits.calls_per_day),
                  amount_member("spend_per_hour", limits.spend_per_hour), amount_member("spend_per_day", limits.spend_per_day),
                  texts_member("blocked", limits.blocked), texts_member("allowed", limits.allowed), texts_member("premium", limits.premium),
                  count_member("burst", limits.burst), count_member("burst_minutes", limits.burst_minutes), count_member("networks", limits.networks)});
    return wrong.empty() ? wrong : "has a mistake: " + wrong;
}

}  // namespace offhook::http
