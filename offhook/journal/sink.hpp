// Where the journal is delivered to: a file, an HTTP endpoint, an accounting server. Each sink has a thread of its own (delivery.hpp)
// and may wait as long as it must: nobody else waits with it.
//
// Knows events. Must not know who delivers them, or other sinks. Thread rule: one thread; closing() from any.
#pragma once
#include <cstdint>
#include <expected>
#include <span>
#include <string>

#include "offhook/runtime/closing.hpp"
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

    /// After open() returned a later event than it was given: `event` is what the journal has at that seq, null: nothing. An error if it is not the
    /// one that this sink holds, which then is of another database, or of this one before it was restored from a copy. A sink that returns
    /// what it is given has nothing to compare.
    [[nodiscard]] virtual std::expected<void, std::string> compare(const store::Event* event) {
        static_cast<void>(event);
        return {};
    }

    /// All of them, in their order, held for good when this returns; else an error, and they are offered again after open().
    [[nodiscard]] virtual std::expected<Taken, std::string> deliver(std::span<const store::Event> events) = 0;

    /// When it is reached, a delivery that still waits for somebody fails.
    [[nodiscard]] runtime::Closing& closing() { return closing_; }

private:
    runtime::Closing closing_;
};

/// For the error of compare(), after "event 14, which".
[[nodiscard]] inline std::string describe_difference(const store::Event* event) {
    return std::string(event == nullptr ? "the journal does not have" : "is another one in the journal") +
           ": was the database replaced, or restored from a copy?";
}

}  // namespace offhook::journal
