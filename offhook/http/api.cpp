#include "offhook/http/api.hpp"

#include "offhook/http/reply.hpp"
#include "offhook/store/escape.hpp"

namespace offhook::http {

Api::Api(store::Store& store, Facts facts) : store_(store), facts_(std::make_shared<const Facts>(std::move(facts))) {}

void Api::set_facts(Facts facts) {
    auto next = std::make_shared<const Facts>(std::move(facts));
    const std::lock_guard lock(mutex_);
    facts_ = std::move(next);
}

Api::FactsSnapshot Api::facts() const {
    const std::lock_guard lock(mutex_);
    return facts_;
}

Response Api::operator()(const Request& request) {
    const std::string_view path = request.path;
    if (path == "/v1/health") return health(request);
    if (!request.authorized) {
        Response response =
            error_response(401, "a token is wanted: \"Authorization: Bearer\" with the content of api-token in the server's data folder");
        response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"offhook\"");
        return response;
    }
    constexpr std::string_view one_user = "/v1/users/";
    if (path == "/v1/users") return users(request);
    if (path == "/v1/users/import") return import_users(request);
    if (path.starts_with(one_user)) return user(request, path.substr(one_user.size()));
    constexpr std::string_view one_account = "/v1/accounts/", one_tariff = "/v1/tariffs/";
    if (path == "/v1/accounts") return accounts(request);
    if (path.starts_with(one_account)) return account(request, path.substr(one_account.size()));
    if (path == "/v1/tariffs") return tariffs(request);
    if (path.starts_with(one_tariff)) return tariff(request, path.substr(one_tariff.size()));
    if (path == "/v1/registrations") return registrations(request);
    if (path == "/v1/calls") return calls(request);
    if (path == "/v1/cdr") return records(request);
    if (path == "/v1/cdr/totals") return totals(request);
    if (path == "/v1/cdr/rate") return rate(request);
    constexpr std::string_view one_sink = "/v1/sinks/", reconciliation = "/reconciliation";
    if (path == "/v1/sinks") return sinks(request);
    if (path.starts_with(one_sink) && path.ends_with(reconciliation) && path.size() > one_sink.size() + reconciliation.size())
        return reconcile_sink(request, path.substr(one_sink.size(), path.size() - one_sink.size() - reconciliation.size()));
    if (path == "/metrics") return metrics(request);
    return error_response(
        404, store::escaped(path) +
                 ": there is nothing here; there are /v1/users, /v1/users/import, /v1/accounts, /v1/tariffs, /v1/registrations, /v1/calls, /v1/cdr, /v1/cdr/totals, /v1/cdr/rate, /v1/sinks, /v1/health, "
                 "/metrics");
}

}  // namespace offhook::http
