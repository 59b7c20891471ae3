// Which new requests a shard takes when it cannot keep up: judged by how long what it reads has waited ("sojourn"), not by rates or
// counts, so that it fits every machine and every mix of work.
//
//   calm ──a queue older than `limit` for `interval`──► overloaded ──none for 2 intervals──► calm
//
// What counts is a queue that stands: where a read empties it, its length was a burst or a pause of ours, and is worked off. While
// overloaded, a new request is refused whenever the wait is above the limit of its kind, so the queue stays about that long and the
// shard never idles. What peers of RFC 7339 are asked to leave out follows from the share that had to be refused.
// Must not know sockets or messages. Thread rule: one shard.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "offhook/base/time.hpp"

namespace offhook::transport {

class Admission {
public:
    struct Config {
        Duration limit{20'000};      ///< a new request is refused when what is read has waited longer; 0: never
        Duration interval{200'000};  ///< for how long it must have been so before anything is refused
    };
    /// Kinds of requests outside a dialog, each with its limit: what keeps phones reachable goes before what is new.
    enum class Kind : std::uint8_t {
        call,                  ///< INVITE
        other,                 ///< OPTIONS, MESSAGE, SUBSCRIBE ...
        unproven_register,     ///< REGISTER without credentials, which a challenge would answer
        first_register,        ///< with credentials, of an address without a binding: 1.5 times the limit
        refreshing_register,   ///< with credentials, of an address that has one: twice the limit
        emergency,             ///< INVITE to urn:service:sos (RFC 5031): four times the limit
        count_,
    };
    static constexpr std::size_t kinds = static_cast<std::size_t>(Kind::count_);
    using Counts = std::array<std::uint64_t, kinds>;

    Admission() : Admission(Config{}) {}
    explicit Admission(const Config& config) : config_(config) { render(); }
    void configure(const Config& config) { config_ = config; }

    /// Before the messages of a batch: how long what stands in the queue has waited; 0 if this batch has emptied it.
    void note(Duration waited, Now now);
    /// While false everything is admitted, and admit() need not be asked.
    [[nodiscard]] bool overloaded() const { return overloaded_; }
    /// Whether a new request of this kind is taken; a refusal is counted.
    [[nodiscard]] bool admit(Kind kind, Now now);

    /// A new request was refused because there were as many transactions as allowed.
    void count_for_room() { ++for_room_; }

    /// What a peer that said "oc" is told: parameters for its Via, ";oc=20;oc-algo=..." (RFC 7339 §5.2), rendered anew at most twice a second.
    [[nodiscard]] std::string_view feedback(Now now);

    [[nodiscard]] const Counts& refused() const { return refused_; }  ///< since the start, by kind
    [[nodiscard]] std::uint64_t refused_for_room() const { return for_room_; }
    [[nodiscard]] unsigned loss() const { return loss_; }             ///< percent that peers are asked to leave out

private:
    void roll(Now now);
    void render();

    Config config_;
    bool overloaded_ = false, above_ = false;
    Duration waited_{};
    unsigned above_count_ = 0;  ///< times in a row
    Instant above_since_{}, last_above_{};
    Counts refused_{};
    std::uint64_t for_room_ = 0;

    std::uint64_t offered_ = 0, left_out_ = 0;  ///< in the period under way, while overloaded
    Instant period_began_{};
    unsigned loss_ = 0;
    std::uint64_t sequence_ = 0;  ///< of oc-seq, in its unit of 10 us
    std::string feedback_;
};

}  // namespace offhook::transport
