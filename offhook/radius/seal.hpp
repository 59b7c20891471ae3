// What makes a RADIUS packet genuine: Request and Response Authenticator (RFC 2865 §3, RFC 2866 §3) and Message-Authenticator (RFC 2869
// §5.14), all of MD5 over the packet and the shared secret.
//
// Every Access-Request bears a Message-Authenticator, as its first attribute, and every answer to one must: without it the answer can be
// forged by whoever can make us ask with octets of their choice, since MD5 has chosen-prefix collisions. In accounting it must not stand
// (RFC 2869 §5.19), and there the authenticator itself is keyed. Thread rule: one thread for each object.
#pragma once
#include <expected>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "offhook/radius/packet.hpp"

struct evp_md_st;
struct evp_md_ctx_st;
struct evp_mac_ctx_st;

namespace offhook::radius {

class Sealer {
public:
    Sealer();
    ~Sealer();
    Sealer(const Sealer&) = delete;
    Sealer& operator=(const Sealer&) = delete;

    /// False where the crypto library is configured without MD5 (FIPS): nothing can be sealed then, and nothing is genuine.
    [[nodiscard]] bool available() { return md5({}) && hmac("secret", {}); }

    /// `random` becomes the Request Authenticator: unique and unpredictable (RFC 2865 §3).
    void write_access_request(std::string& out, std::uint8_t identifier, const Authenticator& random, std::string_view attributes,
                              std::string_view secret);
    void write_accounting_request(std::string& out, std::uint8_t identifier, std::string_view attributes, std::string_view secret);
    /// `request`: the Request Authenticator of what is answered. A Message-Authenticator comes first, except in an Accounting-Response.
    void write_answer(std::string& out, Code code, std::uint8_t identifier, std::string_view request, std::string_view attributes,
                      std::string_view secret);

    /// The answer is from somebody who knows the secret, and to the request with this Request Authenticator.
    [[nodiscard]] std::expected<void, PacketError> check(const Packet& answer, std::string_view request_authenticator, std::string_view secret);

    /// The digest of the pieces after one another; nothing where it is not available().
    [[nodiscard]] std::optional<Authenticator> md5(std::initializer_list<std::string_view> pieces);

private:
    struct Free {
        void operator()(evp_md_st* algorithm) const noexcept;
        void operator()(evp_md_ctx_st* context) const noexcept;
        void operator()(evp_mac_ctx_st* context) const noexcept;
    };
    [[nodiscard]] std::optional<Authenticator> hmac(std::string_view secret, std::initializer_list<std::string_view> pieces);

    std::unique_ptr<evp_md_st, Free> md5_;
    std::unique_ptr<evp_md_ctx_st, Free> context_;
    std::unique_ptr<evp_mac_ctx_st, Free> mac_;
};

}  // namespace offhook::radius
