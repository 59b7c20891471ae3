#include "offhook/store/rerating.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "offhook/store/record_rating.hpp"

namespace offhook::store {
namespace {

AdminError unavailable(std::string text) { return {AdminError::Code::unavailable, std::move(text)}; }

using Accounts = std::map<std::string, std::optional<charging::Account>, std::less<>>;

void rate_again(Rerating& call, const accounting::CallRecord& r, const std::optional<charging::Account>& account, const TariffTable& tariffs) {
    if (!account) {
        call.problem = "account " + r.account + " does not exist any more";
        return;
    }
    const std::string& name = r.rated && !r.rated->tariff.empty() ? r.rated->tariff : account->tariff;
    const auto tariff = tariffs.find(name);
    if (!tariff || tariff->settings().currency != account->currency) {
        call.problem = name.empty() ? "account " + r.account + " has no tariff"
                       : tariff     ? "tariff " + name + " is not in the currency of account " + r.account
                                    : "tariff " + name + " does not exist any more";
        return;
    }
    const auto settled = settle_record(*tariff, r, account->group, nullptr);
    if (settled)
        call.now = rated_price(*settled, name);
    else
        call.problem = charging::describe(settled.error());
}

}  // namespace

std::expected<RatingPage, AdminError> Rerater::page(const RatingPeriod& period, std::uint64_t after, std::size_t limit, bool apply_it) {
    RecordFilter filter;
    filter.from = period.from;
    filter.to = period.to;
    filter.account = period.account;
    filter.tariff = period.tariff;
    filter.charged = true;
    const auto records = reader_.records(filter, after, limit);
    if (!records) return std::unexpected(unavailable(records.error()));
    RatingPage page;
    page.calls.reserve(records->size());
    Accounts accounts;
    for (const accounting::CallRecord& r : *records) {
        auto account = accounts.find(r.account);
        if (account == accounts.end()) {
            auto read = accounts_.account(r.account);
            if (!read) return std::unexpected(unavailable(read.error()));
            account = accounts.emplace(r.account, std::move(*read)).first;
        }
        Rerating& call = page.calls.emplace_back(Rerating{r.id, r.invited, r.account, r.user, r.destination, r.rated, {}, {}, {}});
        rate_again(call, r, account->second, tariffs_);
        page.next = r.id;
    }
    if (records->size() < std::min(limit, page_limit)) page.next = 0;
    if (apply_it)
        if (const AdminResult done = apply(page.calls); !done) return std::unexpected(done.error());
    return page;
}

AdminResult Rerater::apply(std::vector<Rerating>& calls) {
    std::vector<Correction> corrections;
    for (const Rerating& call : calls)
        if (call.differs())
            corrections.push_back({call.record, call.account, call.stored ? std::optional(call.stored->price) : std::nullopt, *call.now});
    if (corrections.empty()) return {};
    if (const AdminResult done = writer_.submit(std::move(corrections)).get(); !done) return done;
    for (Rerating& call : calls) {
        if (!call.differs()) continue;
        const auto record = reader_.record(call.record);
        if (!record) return std::unexpected(unavailable("the prices are written, but what stands now cannot be told: " + record.error()));
        if (*record && (*record)->rated) call.applied = (*record)->rated->price;
    }
    return {};
}

}  // namespace offhook::store
