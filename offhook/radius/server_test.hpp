// What the tests of this layer share: virtual time, octets by their digits, and a server that knows the secret. The server checks a
// request by OpenSSL's one-shot functions, not by the code under test.
#pragma once
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stdexcept>
#include <string>

#include "offhook/base/text.hpp"
#include "offhook/radius/client.hpp"

namespace offhook::radius::test {

using namespace std::chrono_literals;

inline Now at(Duration since_start) { return {Instant(since_start), UtcTime(std::chrono::seconds(1'800'000'000)) + since_start}; }

inline std::string octets_of(std::string_view digits) { return from_hex(digits).value(); }

inline std::string attributes(AttributeWriter&& writer) { return writer.take().value(); }
inline std::string user(std::string_view name) { return attributes(std::move(AttributeWriter().add(Type::user_name, name))); }

inline std::string md5(const std::string& octets) {
    std::string out(16, '\0');
    if (EVP_Digest(octets.data(), octets.size(), reinterpret_cast<unsigned char*>(out.data()), nullptr, EVP_md5(), nullptr) != 1)
        throw std::runtime_error("no MD5");
    return out;
}

inline std::string hmac_md5(std::string_view key, const std::string& octets) {
    std::string out(16, '\0');
    HMAC(EVP_md5(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(octets.data()), octets.size(),
         reinterpret_cast<unsigned char*>(out.data()), nullptr);
    return out;
}

/// As a server decides whether a request is genuine: RFC 2866 §3, RFC 2869 §5.14.
inline bool genuine_request(const std::string& octets, std::string_view secret) {
    const auto packet = read_packet(octets);
    if (!packet) return false;
    std::string copy = octets;
    if (packet->code == Code::accounting_request)
        return md5(copy.replace(4, 16, 16, '\0') + std::string(secret)) == packet->authenticator() &&
               !find(packet->attributes(), Type::message_authenticator);
    const auto value = find(packet->attributes(), Type::message_authenticator);
    if (!value || value->size() != 16) return false;
    copy.replace(static_cast<std::size_t>(value->data() - octets.data()), 16, 16, '\0');
    return hmac_md5(secret, copy) == *value;
}

/// The answer of a server with this secret.
inline std::string answer(const std::string& request, std::string_view secret, Code code, std::string_view attributes = {}) {
    Sealer sealer;
    std::string out;
    const Packet packet = read_packet(request).value();
    sealer.write_answer(out, code, packet.identifier, packet.authenticator(), attributes, secret);
    return out;
}

}  // namespace offhook::radius::test
