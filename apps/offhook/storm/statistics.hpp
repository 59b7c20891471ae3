// What a storm counts, in the terms of RFC 7501: attempts, what became of them, and how long it took. Plain values that add up.
#pragma once
#include <cstdint>
#include <map>

#include "apps/offhook/storm/histogram.hpp"

namespace offhook::cli::storm {

struct Statistics {
    std::uint64_t attempted = 0;
    std::uint64_t completed = 0;    ///< answered as wanted to the last; a call: established and released
    std::uint64_t established = 0;  ///< RFC 7501 §3.1.7, calls only
    std::uint64_t interrupted = 0;  ///< given up because the user wanted an end

    std::map<int, std::uint64_t> refused;   ///< final responses other than 2xx, by status
    std::uint64_t timeouts = 0;             ///< nothing final within the Establishment Threshold Time (RFC 7501 §3.3.2)
    std::uint64_t transport_errors = 0;     ///< the network said that nobody is there
    std::uint64_t not_sent = 0;             ///< too many were in progress
    std::uint64_t without_credentials = 0;  ///< of the refused: challenges that nothing could be answered to
    std::uint64_t unacknowledged = 0;       ///< our callees waited for an ACK in vain
    std::uint64_t malformed = 0;            ///< messages that could not be read
    int probed = 0;                         ///< status of the last response to the probe
    std::uint64_t retransmissions = 0;      ///< requests and final responses that were sent again
    std::uint64_t sent = 0, received = 0;   ///< messages

    // From the instant that the attempt was meant for, but for the release.
    Histogram registration;   ///< REGISTER to its 2xx, the challenge included
    Histogram ringing;        ///< INVITE to the first 101-199
    Histogram establishment;  ///< INVITE to its 2xx
    Histogram release;        ///< BYE to its 2xx
    Histogram response;       ///< OPTIONS or MESSAGE to its 2xx
    Histogram lag;            ///< how late the generator itself was

    void add(const Statistics& other);
    void clear() { *this = {}; }
    [[nodiscard]] std::uint64_t refusals() const;
    [[nodiscard]] std::uint64_t failed() const { return refusals() + timeouts + transport_errors + not_sent; }
};

}  // namespace offhook::cli::storm
