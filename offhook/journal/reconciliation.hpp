// Proves that a CSV sink holds each call that ended, once: the records of the database against the lines of the file and of those put aside.
//
// Thread rule: any thread; it reads everything and takes its time.
#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "offhook/journal/delivery.hpp"
#include "offhook/store/reader.hpp"

namespace offhook::journal {

struct Reconciliation {
    std::uint64_t records = 0;           ///< in the database, ended
    std::uint64_t held = 0;              ///< of them in the sink
    std::uint64_t waiting = 0;           ///< not there yet: they are behind the sink's position in the journal
    std::vector<std::uint64_t> missing;  ///< ids that should be there: at most some, see missing_count
    std::uint64_t missing_count = 0;
    std::uint64_t twice = 0;    ///< lines beyond the first of a record
    std::uint64_t unknown = 0;  ///< lines of records that the database does not have
    [[nodiscard]] bool good() const { return missing_count == 0 && twice == 0 && unknown == 0; }
};

/// The error names the file that cannot be read, or what the database said.
[[nodiscard]] std::expected<Reconciliation, std::string> reconcile(const DeliveryStatus& csv_sink, store::Reader& reader);

}  // namespace offhook::journal
