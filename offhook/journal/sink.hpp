// Where the journal is delivered to: a file, an HTTP endpoint, an accounting server. Each sink has a thread of its own (delivery.hpp)
// and may wait as long as it must: nobody else waits with it.
//
// Knows events. Must not know who delivers them, or other sinks. Thread rule: one thread.
#pragma once
#include <cstdint>
#include <expected>
#include <span>
#include <string>

#include "offhook/store/reader.hpp"

namespace offhook::journal {

/// What a sink did with a page.
struct Taken {
    std::uint64_t refused = 0;  ///< events that it never takes, and has put aside: they stop nothing
    std::string reason{};       ///< of the first one
};

class Sink {
public:
    virtual ~Sink() = default;

    /// Before the first delivery, and again after one that failed. `position`: the last event that this sink is known to hold.
    /// Returns the last one that it does hold, which may be later: the process can end between a delivery and its note in the database.
    [[nodiscard]] virtual std::expected<std::uint64_t, std::string> open(std::uint64_t position) = 0;

    /// All of them, in their order, held for good when this returns; else an error, and they are offered again after open().
    [[nodiscard]] virtual std::expected<Taken, std::string> deliver(std::span<const store::Event> events) = 0;
};

}  // namespace offhook::journal
