// What a storm says: the line while it rages, the table and the JSON when it is over. RFC 7501 names what is counted.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "apps/offhook/storm/plan.hpp"
#include "apps/offhook/storm/statistics.hpp"

namespace offhook::cli::storm {

struct Result {
    const Plan& plan;
    Statistics measured;
    Statistics preparation;
    Duration elapsed{};  ///< from the first intended instant to the last attempt that ended
    bool interrupted = false;
    std::optional<Duration> processor_time{};  ///< of the server, while the attempts went on
};

[[nodiscard]] std::string progress_line(const Plan& plan, const Statistics& total, const Statistics& last_second, std::uint64_t in_progress);
[[nodiscard]] std::string table(const Result& result);
[[nodiscard]] std::string json(const Result& result);
/// "401 Unauthorized 3, no answer 1"; empty if nothing failed.
[[nodiscard]] std::string failures(const Statistics& statistics);

}  // namespace offhook::cli::storm
