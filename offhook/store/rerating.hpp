// Rating ended calls again: after a mistake in a tariff, a period of calls is compared with what they cost by the tariff as it is now, and if so
// wanted, prices and balances are put right, one transaction for a page. Doing it again changes nothing more. Never from a shard. Thread rule: any other
// thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "offhook/store/account_reader.hpp"
#include "offhook/store/reader.hpp"
#include "offhook/store/tariff_table.hpp"
#include "offhook/store/writer.hpp"

namespace offhook::store {

struct RatingPeriod {
    UtcTime from{}, to{};  ///< by time of INVITE: from inclusive, to exclusive; the epoch: no bound
    std::string account;   ///< empty: all
    std::string tariff;    ///< only calls that were rated by it; empty: all
};

/// One answered call of an account.
struct Rerating {
    std::uint64_t record = 0;
    UtcTime invited{};
    std::string account, user, destination;
    std::optional<accounting::RatedPrice> stored;  ///< nothing: it was not rated
    /// By the tariff that is in the record, or else the account's; nothing: it cannot be rated, `problem` says why.
    std::optional<accounting::RatedPrice> now;
    std::string problem;
    /// What stands in the record afterwards, if the page was applied. Less than `now` where a prepaid account could not pay for it.
    std::optional<charging::Micros> applied;

    [[nodiscard]] bool differs() const { return now && (!stored || stored->price != now->price); }
};

struct RatingPage {
    std::vector<Rerating> calls;  ///< in order of (invited, id), those without a difference too
    std::uint64_t next = 0;       ///< `after` of the next page; 0: this was the last
};

class Rerater {
public:
    Rerater(Reader& reader, AccountReader& accounts, const TariffTable& tariffs, Writer& writer)
        : reader_(reader), accounts_(accounts), tariffs_(tariffs), writer_(writer) {}

    [[nodiscard]] std::expected<RatingPage, AdminError> page(const RatingPeriod& period, std::uint64_t after, std::size_t limit, bool apply);

private:
    AdminResult apply(std::vector<Rerating>& calls);

    Reader& reader_;
    AccountReader& accounts_;
    const TariffTable& tariffs_;
    Writer& writer_;
};

}  // namespace offhook::store
