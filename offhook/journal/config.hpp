// What an operator chooses about a sink of the journal: one [[sink]] of the configuration.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/base/address.hpp"
#include "offhook/base/time.hpp"

namespace offhook::journal {

struct SinkConfig {
    /// csv: a line for each call that ended; json: a line for each event; http: the same, as POST; radius: accounting of calls;
    /// postgresql: a row for each call.
    enum class Kind : std::uint8_t { csv, json, http, radius, postgresql };

    std::string name;  ///< known by it in the database, in metrics and in the log
    Kind kind = Kind::csv;
    std::string file;                                 ///< of csv and json; of radius: what the server writes, a pattern, to be compared with
    std::string url;                                  ///< of http: "http://127.0.0.1:9000/events"
    std::vector<Endpoint> servers;                    ///< of radius, the preferred one first
    std::string secret, secret_file;                  ///< of radius: shared with every server; or the file whose first line it is
    std::string connection;                           ///< of postgresql: as libpq takes it
    std::string identifier;                           ///< of radius: NAS-Identifier; after load() never empty
    std::vector<std::string> events;                  ///< kinds that are delivered; empty: all (of csv: calls that ended, always)
    std::uint64_t max_size = 64 << 20;                ///< octets after which a file is put aside and a new one begun; 0: never
    Duration rotate_every{};                          ///< the same after this time, counted from midnight UTC; 0: never
    Duration delay = std::chrono::milliseconds(500);  ///< how long events may gather before they are delivered together
    Duration timeout = std::chrono::seconds(10);      ///< of http and radius for one request, of postgresql for one statement

    [[nodiscard]] bool operator==(const SinkConfig&) const = default;
};

inline constexpr std::array<std::string_view, 5> sink_kinds{"csv", "json", "http", "radius", "postgresql"};
[[nodiscard]] inline std::string_view name_of(SinkConfig::Kind kind) { return sink_kinds[static_cast<std::size_t>(kind)]; }
/// Knows calls only: what else is in the journal is not for it.
[[nodiscard]] inline bool takes_calls_only(SinkConfig::Kind kind) { return kind != SinkConfig::Kind::json && kind != SinkConfig::Kind::http; }

}  // namespace offhook::journal
