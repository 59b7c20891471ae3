#include "offhook/auth/hash.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace offhook::auth {

namespace {
constexpr std::array<const char*, algorithm_count> library_names{"MD5", "SHA2-256", "SHA2-512/256"};
constexpr char digits[] = "0123456789abcdef";
}  // namespace

void Hasher::Free::operator()(evp_md_st* algorithm) const noexcept { EVP_MD_free(algorithm); }
void Hasher::Free::operator()(evp_md_ctx_st* context) const noexcept { EVP_MD_CTX_free(context); }

Hasher::Hasher() : context_(EVP_MD_CTX_new()) {
    for (std::size_t i = 0; i < algorithm_count; ++i) algorithms_[i].reset(EVP_MD_fetch(nullptr, library_names[i], nullptr));
}
Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

std::string_view Hasher::joined(Algorithm algorithm, std::initializer_list<std::string_view> pieces, HexDigest& out) {
    const EVP_MD* md = algorithms_[index_of(algorithm)].get();
    if (md == nullptr || EVP_DigestInit_ex2(context_.get(), md, nullptr) != 1) return {};
    bool first = true;
    for (const std::string_view piece : pieces) {
        if (!first) EVP_DigestUpdate(context_.get(), ":", 1);
        first = false;
        EVP_DigestUpdate(context_.get(), piece.data(), piece.size());
    }
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes;
    unsigned written = 0;
    if (EVP_DigestFinal_ex(context_.get(), bytes.data(), &written) != 1) return {};
    const std::size_t size = written;
    if (2 * size > out.size()) return {};
    for (std::size_t i = 0; i < size; ++i) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    return {out.data(), 2 * size};
}

std::string ha1(Hasher& hasher, Algorithm algorithm, std::string_view user, std::string_view realm, std::string_view password) {
    HexDigest hex;
    return std::string(hasher.joined(algorithm, {user, realm, password}, hex));
}

HashedPassword hash_password(Hasher& hasher, Algorithm algorithm, std::string_view name, std::string_view domain, std::string_view realm,
                             std::string_view password) {
    std::string full(name);
    full += '@';
    full += domain;
    return {ha1(hasher, algorithm, name, realm, password), ha1(hasher, algorithm, full, realm, password)};
}

std::string_view digest_response(Hasher& hasher, const DigestInput& in, HexDigest& out) {
    HexDigest second;
    const std::string_view ha2 = in.qop == "auth-int" ? hasher.joined(in.algorithm, {in.method, in.uri, in.body_hash}, second)
                                                      : hasher.joined(in.algorithm, {in.method, in.uri}, second);
    if (in.qop.empty()) return hasher.joined(in.algorithm, {in.ha1, in.nonce, ha2}, out);
    return hasher.joined(in.algorithm, {in.ha1, in.nonce, in.nc, in.cnonce, in.qop, ha2}, out);
}

std::string_view session_ha1(Hasher& hasher, Algorithm algorithm, std::string_view ha1, std::string_view nonce, std::string_view cnonce,
                             HexDigest& out) {
    return hasher.joined(algorithm, {ha1, nonce, cnonce}, out);
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace offhook::auth
