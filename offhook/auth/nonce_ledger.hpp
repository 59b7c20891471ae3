// Which nonce counts were seen, and with which request: a nonce count is a replay only if it comes with another request (Call-ID,
// CSeq, digest-uri), so that a request that reaches us twice, or over two paths, is let in both times (RFC 7616 §5.12).
//
// Memory is bounded: an entry lives as long as its nonce may, and beyond the limit the oldest goes; nonces as old as it are no longer
// accepted from then on, which costs their holders one further challenge. The same holds for nonces from before the ledger began.
// Thread rule: one thread. Where there are several shards, each nonce has one owner.
#pragma once
#include <boost/circular_buffer.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <optional>
#include <string_view>

#include "offhook/base/siphash.hpp"
#include "offhook/base/ticket.hpp"
#include "offhook/base/time.hpp"

namespace offhook::auth {

/// One use of a nonce, as plain numbers, so that it can be sent to the nonce's owner.
struct NonceUse {
    std::string_view nonce;
    UtcTime issued;
    std::uint32_t nc = 0;       ///< 0: the credentials had none (RFC 2069)
    std::uint64_t request = 0;  ///< fingerprint(): which request it came with
};

/// The port of replay protection: answers now, or keeps the ticket and answers it exactly once in a later turn.
class ReplayGuard {
public:
    virtual ~ReplayGuard() = default;
    /// True: fresh, or the same request again. False: the client must take a new nonce.
    [[nodiscard]] virtual std::optional<bool> admit(const NonceUse& use, Ticket ticket, Now now) = 0;
    /// True: admit() would say no. False: it may say yes, or that cannot be told at once. Nothing is remembered.
    [[nodiscard]] virtual bool spent(const NonceUse& use) const = 0;
};

class NonceLedger final : public ReplayGuard {
public:
    struct Limits {
        Duration lifetime = std::chrono::seconds(300);  ///< of a nonce
        std::size_t entries = 1'000'000;                ///< about 50 octets each, taken as they are needed
    };
    NonceLedger(const SipKey& key, const Limits& limits, UtcTime started)
        : key_(key), limits_(limits), forgotten_(std::chrono::floor<std::chrono::milliseconds>(started)) {}  // as nonces count time

    [[nodiscard]] std::optional<bool> admit(const NonceUse& use, Ticket, Now now) override { return admit(use, now.utc); }
    [[nodiscard]] bool admit(const NonceUse& use, UtcTime now);
    [[nodiscard]] bool spent(const NonceUse& use) const override;

    [[nodiscard]] std::size_t size() const { return seen_.size(); }

private:
    struct Entry {
        std::uint64_t id;
        UtcTime issued;
    };
    [[nodiscard]] std::uint64_t id_of(const NonceUse& use) const;
    void drop_oldest();

    SipKey key_;
    Limits limits_;
    UtcTime forgotten_;  ///< nonces issued before this are not accepted: what was used of them is not known
    boost::unordered_flat_map<std::uint64_t, std::uint64_t> seen_;  ///< hash of nonce and count → request
    boost::circular_buffer<Entry> order_;                           ///< as they came in
};

/// Which request credentials came with. The same key on every shard.
[[nodiscard]] std::uint64_t fingerprint(const SipKey& key, std::string_view call_id, std::string_view cseq, std::string_view digest_uri);

}  // namespace offhook::auth
