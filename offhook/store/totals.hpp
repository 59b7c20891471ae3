// Sums over call records, for reports: by day, user, account or the beginning of the destination. Added up in SQL in slices of some thousand records by
// key, so that no statement runs for long; what is kept are the groups. Thread rule: any thread but a shard's.
#pragma once
#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <vector>

#include "offhook/charging/money.hpp"
#include "offhook/store/reader.hpp"

namespace offhook::store {

enum class GroupBy : std::uint8_t { day, user, account, prefix };

struct TotalsRequest {
    RecordFilter filter;  ///< its order plays no part
    GroupBy by = GroupBy::day;
    std::size_t prefix_octets = 4;  ///< of the destination that make a group, for GroupBy::prefix: "+493"
};

/// What one group of calls comes to. Only records that have ended count.
struct GroupTotals {
    std::string key;  ///< "2026-01-05" (UTC, of the INVITE), "alice@example.com", "acme", "+493"; empty: calls that have none
    std::uint64_t calls = 0, answered = 0;
    std::int64_t seconds = 0;                                ///< of answered calls
    std::map<std::string, charging::Micros> prices;          ///< by currency; calls without a price are not in it

    /// Answer-seizure ratio, 0 to 1, and average call duration in seconds; 0 where there is nothing to divide by.
    [[nodiscard]] double asr() const { return calls == 0 ? 0 : static_cast<double>(answered) / static_cast<double>(calls); }
    [[nodiscard]] double acd() const { return answered == 0 ? 0 : static_cast<double>(seconds) / static_cast<double>(answered); }
};

inline constexpr std::size_t group_limit_of_totals = 100'000;  ///< more groups than this are an error: the period is to be narrowed

class TotalsReader {
public:
    explicit TotalsReader(SessionPool& pool) : pool_(pool) {}

    /// In order of their keys.
    [[nodiscard]] std::expected<std::vector<GroupTotals>, std::string> totals(const TotalsRequest& request);

private:
    SessionPool& pool_;
};

}  // namespace offhook::store
