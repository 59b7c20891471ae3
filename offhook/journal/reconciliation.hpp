// Proves that a sink holds each call that ended, once: the records of the database against what can be read of the sink: the lines of CSV files, the
// entries of the detail file that FreeRADIUS writes, the rows of PostgreSQL.
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
    std::uint64_t twice = 0;     ///< lines beyond the first of a record
    std::uint64_t repeated = 0;  ///< deliveries of the same event beyond the first, where there may be some: known by its seq, they do no harm
    std::uint64_t refused = 0;   ///< calls that the sink put aside for good
    std::uint64_t unknown = 0;   ///< lines of records that the database does not have
    [[nodiscard]] bool good() const { return missing_count == 0 && twice == 0 && unknown == 0; }
};

/// Whether what this sink holds can be read back.
[[nodiscard]] bool can_be_read(const SinkConfig& sink);

/// Of a sink that can be read. The error names the file that cannot be, or what the database said.
[[nodiscard]] std::expected<Reconciliation, std::string> reconcile(const DeliveryStatus& sink, store::Reader& reader);

}  // namespace offhook::journal
