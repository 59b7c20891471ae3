// A ChargeStore in memory for tests and simulation: accounts with credit and tariffs, rated as the real one rates them. It works in the queue of a
// MemoryRecordStore, so that requests and rows are applied in one order, and with its delay; may refuse, and may stand still.
//
// Thread rule: one thread.
#pragma once
#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "offhook/accounting/charge_store.hpp"
#include "offhook/accounting/memory_record_store.hpp"
#include "offhook/charging/rating.hpp"

namespace offhook::accounting {

class MemoryChargeStore final : public ChargeStore {
public:
    using Answer = std::function<void(Ticket, const Grant&, Now)>;

    struct Account {
        charging::Micros balance = 0;  ///< less what has been settled
        charging::Micros reserved = 0;
        charging::Micros settled = 0;
        charging::Micros unpaid = 0;  ///< of prices, since there was no credit left
        charging::Micros least = 0;  ///< that the balance less what is reserved ever was
        bool postpaid = false;
        [[nodiscard]] charging::Micros free() const { return balance - reserved; }
    };

    MemoryChargeStore(MemoryRecordStore& queue, Answer answer) : queue_(queue), answer_(std::move(answer)) {
        queue_.settle = [this](CallRecord& record) { settle(record); };
    }
    MemoryChargeStore(const MemoryChargeStore&) = delete;
    MemoryChargeStore& operator=(const MemoryChargeStore&) = delete;

    charging::Tariff tariff;  ///< of all
    std::map<std::string, Account, std::less<>> accounts;
    Duration slice = std::chrono::seconds(60);
    charging::Rule refuses = charging::Rule::none;  ///< whatever is asked next
    bool stands_still = false;                      ///< from now on nothing is answered, until go_on()
    std::deque<ChargeRequest> asked;                ///< by authorise()
    std::deque<std::pair<ChargeRequest, Duration>> extended;

    void credit(const std::string& account, charging::Micros amount) {
        Account& of = accounts[account];
        of.balance += amount;
        of.least = of.balance;
    }

    void authorise(const ChargeRequest& request, Ticket ticket) override {
        asked.push_back(request);
        ask(request, slice, ticket, /*all_or_nothing=*/true);
    }
    void extend(const ChargeRequest& request, Duration wanted, Ticket ticket) override {
        extended.emplace_back(request, wanted);
        ask(request, wanted, ticket, /*all_or_nothing=*/false);
    }
    void go_on(Now now) {
        stands_still = false;
        for (const auto& [ticket, grant] : std::exchange(kept_back_, {})) answer_(ticket, grant, now);
    }

    /// How long the reservation of this record lasts; max: it has none.
    [[nodiscard]] Duration granted(std::uint64_t record) const {
        const auto found = reservations_.find(record);
        return found == reservations_.end() ? Duration::max() : found->second.lasts;
    }
    [[nodiscard]] std::size_t reservations() const { return reservations_.size(); }
    /// As after a start: what belongs to no record in progress is given back.
    void reconcile() {
        for (auto it = reservations_.begin(); it != reservations_.end();) {
            const auto row = queue_.rows().find(it->first);
            if (row != queue_.rows().end() && row->second.in_progress()) {
                ++it;
            } else {
                accounts[it->second.account].reserved -= it->second.amount;
                it = reservations_.erase(it);
            }
        }
    }

private:
    struct Reservation {
        std::string account;
        charging::Micros amount = 0;
        Duration lasts{};
        UtcTime at{};
    };

    void ask(const ChargeRequest& request, Duration wanted, Ticket ticket, bool first) {
        const charging::Rule refused = std::exchange(refuses, charging::Rule::none);
        queue_.later([this, request, wanted, ticket, first, refused](Now now) {
            const Grant grant = refused == charging::Rule::none ? reserve(request, wanted, first) : Grant{refused, Duration{0}};
            if (stands_still) kept_back_.emplace_back(ticket, grant);
            else answer_(ticket, grant, now);
        });
    }

    Grant reserve(const ChargeRequest& request, Duration wanted, bool first) {
        Account& account = accounts[request.account];
        Reservation& own = reservations_[request.record];
        if (own.at != request.at) own.lasts = {};  // another answer, another price
        own.account = request.account;
        own.at = request.at;
        if (account.postpaid) return {};
        charging::Call call{.destination = request.destination, .on_net = request.on_net, .answered = request.at, .duration = wanted};
        const charging::Money most{account.free() + own.amount, tariff.settings().currency};
        const auto lasts = charging::lasts(tariff, call, most);
        if (!lasts) {
            const auto rule = lasts.error() == charging::RatingError::no_row ? charging::Rule::no_tariff : charging::Rule::no_credit;
            const Grant none{rule, own.lasts};
            if (first) reservations_.erase(request.record);
            return none;
        }
        const bool enough = *lasts >= wanted;
        const Duration granted = std::max(own.lasts, std::min(*lasts, wanted));
        if (first && granted == Duration{0}) {
            reservations_.erase(request.record);
            return {charging::Rule::no_credit, {}};
        }
        call.duration = granted;
        const auto cost = charging::rate(tariff, call);
        const charging::Micros amount = cost ? cost->price.micros : 0;
        account.reserved += amount - std::exchange(own.amount, amount);
        // Whole increments: what is paid for is used.
        own.lasts = std::max(granted, charging::lasts(tariff, call, {amount, tariff.settings().currency}).value_or(granted));
        account.least = std::min(account.least, account.free());
        return {enough || first ? charging::Rule::none : charging::Rule::no_credit, own.lasts};
    }

    void settle(CallRecord& record) {
        if (record.in_progress() || record.account.empty() || !settled_.insert(record.id).second) return;
        Account& account = accounts[record.account];
        const auto own = reservations_.find(record.id);
        const charging::Micros reserved = own == reservations_.end() ? 0 : own->second.amount;
        account.reserved -= reserved;
        if (own != reservations_.end()) reservations_.erase(own);
        if (record.answered == UtcTime{}) return;
        const auto cost = charging::rate(
            tariff, {.destination = record.destination, .on_net = record.on_net, .answered = record.answered, .duration = record.ended - record.answered});
        if (!cost) return;
        record.rated.emplace().price = account.postpaid ? cost->price.micros : std::min(cost->price.micros, account.free());
        account.unpaid += cost->price.micros - record.rated->price;
        account.balance -= record.rated->price;
        account.settled += record.rated->price;
        account.least = std::min(account.least, account.free());
    }

    MemoryRecordStore& queue_;
    Answer answer_;
    std::map<std::uint64_t, Reservation> reservations_;
    std::set<std::uint64_t> settled_;
    std::deque<std::pair<Ticket, Grant>> kept_back_;
};

}  // namespace offhook::accounting
