#include "offhook/auth/nonce.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <chrono>

namespace offhook::auth {

namespace {

constexpr std::size_t signed_size = 12, mac_size = 12;
constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::array<std::uint8_t, 256> make_reverse() {
    std::array<std::uint8_t, 256> table{};
    table.fill(0xff);
    for (std::uint8_t i = 0; i < 64; ++i) table[static_cast<unsigned char>(alphabet[i])] = i;
    return table;
}
constexpr auto reverse = make_reverse();

}  // namespace

void NonceMint::Free::operator()(evp_mac_ctx_st* context) const noexcept { EVP_MAC_CTX_free(context); }

NonceMint::NonceMint(const NonceKey& key, std::uint16_t instance) : instance_(instance) {
    EVP_MAC* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    context_.reset(EVP_MAC_CTX_new(mac));
    EVP_MAC_free(mac);  // the context keeps its own reference
    char digest[] = "SHA2-256";
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_construct_end()};
    EVP_MAC_init(context_.get(), key.data(), key.size(), parameters);
}
NonceMint::~NonceMint() = default;

void NonceMint::sign(const Bytes& bytes, std::uint8_t* mac) {
    std::array<unsigned char, 32> whole{};
    std::size_t written = 0;
    EVP_MAC_init(context_.get(), nullptr, 0, nullptr);  // starts anew with the key that it has
    EVP_MAC_update(context_.get(), bytes.data(), signed_size);
    EVP_MAC_final(context_.get(), whole.data(), &written, whole.size());
    std::copy_n(whole.begin(), mac_size, mac);
}

NonceMint::Text NonceMint::make(UtcTime now) {
    const auto milliseconds = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count());
    Bytes bytes;
    for (unsigned i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(milliseconds >> (40 - 8 * i));
    for (unsigned i = 0; i < 2; ++i) bytes[6 + i] = static_cast<std::uint8_t>(instance_ >> (8 - 8 * i));
    for (unsigned i = 0; i < 4; ++i) bytes[8 + i] = static_cast<std::uint8_t>(sequence_ >> (24 - 8 * i));
    ++sequence_;
    sign(bytes, bytes.data() + signed_size);

    Text text;
    for (std::size_t i = 0; i < bytes.size() / 3; ++i) {
        const std::uint32_t triple = static_cast<std::uint32_t>(bytes[3 * i] << 16 | bytes[3 * i + 1] << 8 | bytes[3 * i + 2]);
        for (unsigned j = 0; j < 4; ++j) text[4 * i + j] = alphabet[triple >> (18 - 6 * j) & 63];
    }
    return text;
}

std::optional<NonceMint::Bytes> NonceMint::decode(std::string_view nonce) {
    if (nonce.size() != size) return std::nullopt;
    Bytes bytes;
    for (std::size_t i = 0; i < bytes.size() / 3; ++i) {
        std::uint32_t triple = 0;
        for (unsigned j = 0; j < 4; ++j) {
            const std::uint8_t value = reverse[static_cast<unsigned char>(nonce[4 * i + j])];
            if (value == 0xff) return std::nullopt;
            triple = triple << 6 | value;
        }
        for (unsigned j = 0; j < 3; ++j) bytes[3 * i + j] = static_cast<std::uint8_t>(triple >> (16 - 8 * j));
    }
    return bytes;
}

std::optional<UtcTime> NonceMint::issued(std::string_view nonce) {
    const std::optional<Bytes> bytes = decode(nonce);
    if (!bytes) return std::nullopt;
    std::array<std::uint8_t, mac_size> mac;
    sign(*bytes, mac.data());
    if (CRYPTO_memcmp(mac.data(), bytes->data() + signed_size, mac_size) != 0) return std::nullopt;
    return claimed_time(nonce);
}

UtcTime NonceMint::claimed_time(std::string_view nonce) {
    const std::optional<Bytes> bytes = decode(nonce);
    if (!bytes) return {};
    std::uint64_t milliseconds = 0;
    for (unsigned i = 0; i < 6; ++i) milliseconds = milliseconds << 8 | (*bytes)[i];
    return UtcTime(std::chrono::milliseconds(milliseconds));
}

}  // namespace offhook::auth
