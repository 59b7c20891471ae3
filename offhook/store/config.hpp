// What an operator chooses about the store. Plain data: the configuration file is read elsewhere.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace offhook::store {

/// What "committed" promises. full: the row survives a power loss. relaxed: it survives the end of the process, while the last
/// moments before a power loss may be lost (SQLite's synchronous=NORMAL on a write-ahead log: consistent, not durable).
enum class Durability : std::uint8_t { full, relaxed };

struct Config {
    std::string path = "var/offhook.db";               ///< file of the SQLite database; made with mode 0600 if it is not there
    Durability durability = Durability::full;          ///< "full" or "relaxed": whether an answer waits for the disk
    std::chrono::milliseconds commit_window{8};        ///< at most one group of rows is committed in this time
    std::chrono::milliseconds store_limit{500};        ///< no new call is admitted while a row waits longer than this
    std::chrono::milliseconds retry_for{2000};         ///< rows are tried again this long while the database cannot be written (full, locked)
    std::chrono::seconds purge_after{600};             ///< a binding that expired this long ago is removed from the database
    std::chrono::milliseconds purge_interval{10'000};  ///< how often the purge looks, a bounded batch each time
    std::chrono::hours keep_events{24 * 30};           ///< an event of the journal is removed at this age, unless a sink still wants it
    std::vector<std::string> sinks;                    ///< names of those that are configured: the positions of others are forgotten
    std::chrono::microseconds slice{60'000'000};       ///< what a new call of a prepaid account is granted at first: accounting's own slice
    int checkpoint_pages = 1000;                       ///< pages of the write-ahead log after which it is moved into the database
    std::size_t queue_limit = 65'536;                  ///< rows that may wait for the writer; further ones are refused at once
    std::size_t readers = 3;                           ///< sessions for the readers: of the API, of the sinks
};

}  // namespace offhook::store
