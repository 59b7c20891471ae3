// Nonces that prove their own origin and age: time, instance and sequence with an HMAC-SHA-256 over them, so that nothing has to be
// remembered about a challenge (RFC 7616 §3.3, §5.4).
//
//   32 characters base64url of 24 octets: milliseconds (6) | instance (2) | sequence (4) | HMAC-SHA-256 cut to 96 bits (12)
//
// Knows no users and no replay (nonce_ledger.hpp). Thread rule: one thread for each object.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "offhook/base/time.hpp"

struct evp_mac_ctx_st;

namespace offhook::auth {

using NonceKey = std::array<std::uint8_t, 32>;

class NonceMint {
public:
    static constexpr std::size_t size = 32;  ///< characters of a nonce
    using Text = std::array<char, size>;

    /// Objects with the same key accept each other's nonces; `instance` (the shard) keeps those that they make apart.
    NonceMint(const NonceKey& key, std::uint16_t instance);
    ~NonceMint();
    NonceMint(const NonceMint&) = delete;
    NonceMint& operator=(const NonceMint&) = delete;

    [[nodiscard]] Text make(UtcTime now);

    /// Draws until `accept(std::string_view)` is content: so a nonce falls on the shard that will see it again.
    template <class Accept>
    [[nodiscard]] Text make(UtcTime now, Accept&& accept) {
        Text text = make(now);
        while (!accept(std::string_view(text.data(), text.size()))) text = make(now);
        return text;
    }

    /// When it was made, in whole milliseconds; nothing if it was not made with this key.
    [[nodiscard]] std::optional<UtcTime> issued(std::string_view nonce);

    /// When it says it was made, unproven; the epoch if it is no nonce at all.
    [[nodiscard]] static UtcTime claimed_time(std::string_view nonce);

private:
    struct Free {
        void operator()(evp_mac_ctx_st* context) const noexcept;
    };
    using Bytes = std::array<std::uint8_t, 24>;
    [[nodiscard]] static std::optional<Bytes> decode(std::string_view nonce);
    void sign(const Bytes& bytes, std::uint8_t* mac);

    std::unique_ptr<evp_mac_ctx_st, Free> context_;
    std::uint16_t instance_;
    std::uint32_t sequence_ = 0;
};

}  // namespace offhook::auth
