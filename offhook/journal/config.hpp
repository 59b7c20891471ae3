// What an operator chooses about a sink of the journal: one [[sink]] of the configuration.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "offhook/base/time.hpp"

namespace offhook::journal {

struct SinkConfig {
    enum class Kind : std::uint8_t { csv, json, http };

    std::string name;                                 ///< known by it in the database, in metrics and in the log
    Kind kind = Kind::csv;                            ///< csv: a line for each call that ended; json: a line for each event; http: the same, as POST
    std::string file;                                 ///< of csv and json
    std::string url;                                  ///< of http: "http://127.0.0.1:9000/events"
    std::vector<std::string> events;                  ///< kinds that are delivered; empty: all (of csv: calls that ended, always)
    std::uint64_t max_size = 64 << 20;                ///< octets after which a file is put aside and a new one begun; 0: never
    Duration rotate_every{};                          ///< the same after this time, counted from midnight UTC; 0: never
    Duration delay = std::chrono::milliseconds(500);  ///< how long events may gather before they are delivered together
    Duration timeout = std::chrono::seconds(10);      ///< of http: for one request

    [[nodiscard]] bool operator==(const SinkConfig&) const = default;
};

}  // namespace offhook::journal
