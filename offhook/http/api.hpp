// The JSON API and the metrics: what is asked for, of the store, and how it is said. One method for each resource.
//
// Knows requests and responses as values (exchange.hpp), not sockets. Passwords come in and never go out. Text from the wire is
// shown as the store escapes it (store/escape.hpp). Thread rule: any thread; a call may wait for the store, so never from a shard.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/charging/destination.hpp"
#include "offhook/http/exchange.hpp"
#include "offhook/journal/delivery.hpp"
#include "offhook/store/store.hpp"

namespace offhook::http {

/// A counter or gauge of the program, for /metrics.
struct Metric {
    enum class Kind : std::uint8_t { counter, gauge };
    std::string name;  ///< "offhook_messages_received_total"
    std::string help;
    Kind kind = Kind::counter;
    std::vector<std::pair<std::string, std::string>> labels;
    double value = 0;
};

/// What the API says or checks that is not in the store.
struct Facts {
    std::string version;
    std::vector<std::string> domains;                   ///< own ones: users are made in these only; the first is the default
    std::string realm;                                  ///< that passwords are hashed for; empty: each user's domain
    charging::DialPlan dial_plan = {};                  ///< for previews of calls
    std::function<std::vector<Metric>()> metrics = {};  ///< further ones; called from several threads
    std::function<std::vector<journal::DeliveryStatus>()> sinks = {};  ///< of the journal; called from several threads
};

class Api {
public:
    Api(store::Store& store, Facts facts);

    [[nodiscard]] Response operator()(const Request& request);
    void set_facts(Facts facts);  ///< after a reload of the configuration

private:
    using FactsSnapshot = std::shared_ptr<const Facts>;
    [[nodiscard]] FactsSnapshot facts() const;

    [[nodiscard]] Response users(const Request& request);
    [[nodiscard]] Response list_users(const Request& request);
    [[nodiscard]] Response add_user(const Request& request);
    [[nodiscard]] Response import_users(const Request& request);
    [[nodiscard]] Response user(const Request& request, std::string_view key);
    [[nodiscard]] Response change_user(const Request& request, std::string_view domain, std::string_view name);
    [[nodiscard]] Response accounts(const Request& request);
    [[nodiscard]] Response add_account(const Request& request);
    [[nodiscard]] Response account(const Request& request, std::string_view path);
    [[nodiscard]] Response show_account(std::string_view name);
    [[nodiscard]] Response change_account(const Request& request, std::string_view name);
    [[nodiscard]] Response lock_account(const Request& request, std::string_view name, bool locking);
    [[nodiscard]] Response payments(const Request& request, std::string_view name);
    [[nodiscard]] Response add_payment(const Request& request, std::string_view name);
    [[nodiscard]] Response tariffs(const Request& request);
    [[nodiscard]] Response tariff(const Request& request, std::string_view path);
    [[nodiscard]] Response import_tariff(const Request& request, std::string_view name);
    [[nodiscard]] Response preview_call(const Request& request, std::string_view name);
    [[nodiscard]] Response registrations(const Request& request);
    [[nodiscard]] Response calls(const Request& request);
    [[nodiscard]] Response records(const Request& request);
    [[nodiscard]] Response totals(const Request& request);
    [[nodiscard]] Response rate(const Request& request);
    [[nodiscard]] Response sinks(const Request& request);
    [[nodiscard]] Response reconcile_sink(const Request& request, std::string_view name);
    [[nodiscard]] Response health(const Request& request);
    [[nodiscard]] Response metrics(const Request& request);

    store::Store& store_;
    const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
    std::mutex limits_mutex_;   ///< one change of an account's limits after the other
    mutable std::mutex mutex_;  ///< guards facts_
    FactsSnapshot facts_;
};

}  // namespace offhook::http
