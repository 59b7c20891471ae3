#include "offhook/radius/seal.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>

namespace offhook::radius {

namespace {

constexpr std::size_t code_to_length = 4;  // octets before the authenticator
constexpr Authenticator zeros{};

std::string_view view(const Authenticator& a) { return {a.data(), a.size()}; }

// Without MD5 the place keeps what it has, and nobody takes the packet for genuine.
void put(std::string& packet, std::size_t at, const std::optional<Authenticator>& value) {
    if (value) std::ranges::copy(*value, packet.begin() + static_cast<std::ptrdiff_t>(at));
}

/// Header with an authenticator, then room for a Message-Authenticator if there shall be one, then the attributes.
void lay_out(std::string& out, Code code, std::uint8_t identifier, std::string_view authenticator, bool signed_attribute,
             std::string_view attributes) {
    const std::size_t length = packet_head + (signed_attribute ? attribute_head + 16 : 0) + attributes.size();
    out.clear();
    out.reserve(length);
    out += static_cast<char>(code);
    out += static_cast<char>(identifier);
    out += static_cast<char>(static_cast<unsigned char>(length >> 8));
    out += static_cast<char>(static_cast<unsigned char>(length));
    out += authenticator;
    if (signed_attribute) {
        out += static_cast<char>(Type::message_authenticator);
        out += static_cast<char>(attribute_head + 16);
        out.append(16, '\0');
    }
    out += attributes;
}

constexpr std::size_t first_value = packet_head + attribute_head;

bool same(const std::optional<Authenticator>& a, std::string_view b) {
    return a && a->size() == b.size() && CRYPTO_memcmp(a->data(), b.data(), b.size()) == 0;
}

/// The value of the one Message-Authenticator; nothing if there are none or several, or it is not of 16 octets.
std::optional<std::string_view> only_message_authenticator(const Packet& packet) {
    std::optional<std::string_view> found;
    AttributeReader reader(packet.attributes());
    while (const auto one = reader.next()) {
        if (one->type != Type::message_authenticator) continue;
        if (found || one->value.size() != 16) return std::nullopt;
        found = one->value;
    }
    return found;
}

}  // namespace

void Sealer::Free::operator()(evp_md_st* algorithm) const noexcept { EVP_MD_free(algorithm); }
void Sealer::Free::operator()(evp_md_ctx_st* context) const noexcept { EVP_MD_CTX_free(context); }
void Sealer::Free::operator()(evp_mac_ctx_st* context) const noexcept { EVP_MAC_CTX_free(context); }

Sealer::Sealer() : md5_(EVP_MD_fetch(nullptr, "MD5", nullptr)), context_(EVP_MD_CTX_new()) {
    EVP_MAC* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    if (mac == nullptr) return;
    mac_.reset(EVP_MAC_CTX_new(mac));
    EVP_MAC_free(mac);  // the context keeps its own reference
}
Sealer::~Sealer() = default;

std::optional<Authenticator> Sealer::md5(std::initializer_list<std::string_view> pieces) {
    Authenticator out{};
    bool good = md5_ && context_ && EVP_DigestInit_ex2(context_.get(), md5_.get(), nullptr) == 1;
    for (const std::string_view piece : pieces) good = good && EVP_DigestUpdate(context_.get(), piece.data(), piece.size()) == 1;
    if (!good || EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(out.data()), nullptr) != 1) return std::nullopt;
    return out;
}

std::optional<Authenticator> Sealer::hmac(std::string_view secret, std::initializer_list<std::string_view> pieces) {
    Authenticator out{};
    char digest[] = "MD5";
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_construct_end()};
    std::size_t written = 0;
    bool good = mac_ && EVP_MAC_init(mac_.get(), reinterpret_cast<const unsigned char*>(secret.data()), secret.size(), parameters) == 1;
    for (const std::string_view piece : pieces)
        good = good && EVP_MAC_update(mac_.get(), reinterpret_cast<const unsigned char*>(piece.data()), piece.size()) == 1;
    if (!good || EVP_MAC_final(mac_.get(), reinterpret_cast<unsigned char*>(out.data()), &written, out.size()) != 1 || written != out.size())
        return std::nullopt;
    return out;
}

void Sealer::write_access_request(std::string& out, std::uint8_t identifier, const Authenticator& random, std::string_view attributes,
                                  std::string_view secret) {
    lay_out(out, Code::access_request, identifier, view(random), true, attributes);
    put(out, first_value, hmac(secret, {out}));
}

void Sealer::write_accounting_request(std::string& out, std::uint8_t identifier, std::string_view attributes, std::string_view secret) {
    // RFC 2866 §3: over the packet with 16 zero octets in the place of the authenticator.
    lay_out(out, Code::accounting_request, identifier, view(zeros), false, attributes);
    put(out, code_to_length, md5({out, secret}));
}

void Sealer::write_answer(std::string& out, Code code, std::uint8_t identifier, std::string_view request, std::string_view attributes,
                          std::string_view secret) {
    const bool signed_attribute = code != Code::accounting_response;
    lay_out(out, code, identifier, request, signed_attribute, attributes);
    if (signed_attribute) put(out, first_value, hmac(secret, {out}));  // first: the Response Authenticator covers it
    put(out, code_to_length, md5({out, secret}));
}

std::expected<void, PacketError> Sealer::check(const Packet& answer, std::string_view request_authenticator, std::string_view secret) {
    const std::string_view head = answer.octets.substr(0, code_to_length);
    if (!same(md5({head, request_authenticator, answer.attributes(), secret}), answer.authenticator()))
        return std::unexpected(PacketError::wrong_authenticator);
    if (answer.code == Code::accounting_response) return {};
    const auto claimed = only_message_authenticator(answer);
    if (!claimed) return std::unexpected(PacketError::no_message_authenticator);
    // RFC 2869 §5.14: with the Request Authenticator in its place, and with zeros for the attribute's own value.
    const auto at = static_cast<std::size_t>(claimed->data() - answer.octets.data());
    const auto before = answer.octets.substr(packet_head, at - packet_head), after = answer.octets.substr(at + claimed->size());
    if (!same(hmac(secret, {head, request_authenticator, before, view(zeros), after}), *claimed))
        return std::unexpected(PacketError::wrong_message_authenticator);
    return {};
}

}  // namespace offhook::radius
