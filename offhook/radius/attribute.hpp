// The attributes of a RADIUS packet (RFC 2865 §5): reading them one by one, writing them within their limits.
//
// Knows no packet and no secret (packet.hpp, seal.hpp). Octets are std::string and std::string_view. Thread rule: pure functions.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "offhook/base/address.hpp"

namespace offhook::radius {

inline constexpr std::size_t attribute_head = 2;     ///< type and length
inline constexpr std::size_t longest_value = 253;    ///< octets of one attribute's value (§5)
inline constexpr std::size_t largest_packet = 4096;  ///< octets (§3 Length)
inline constexpr std::size_t packet_head = 20;       ///< code, identifier, length, authenticator (§3)

// clang-format off
/// Those that a SIP server has a use for, by the names of their RFCs.
enum class Type : std::uint8_t {
    user_name = 1, nas_ip_address = 4, reply_message = 18, state = 24, vendor_specific = 26,
    called_station_id = 30, calling_station_id = 31, nas_identifier = 32,                            // RFC 2865
    acct_status_type = 40, acct_delay_time = 41, acct_session_id = 44, acct_session_time = 46, acct_terminate_cause = 49,
    acct_multi_session_id = 50,                                                                      // RFC 2866
    nas_port_type = 61,                                                                              // RFC 2865 §5.41
    event_timestamp = 55, message_authenticator = 80,                                                // RFC 2869
    nas_ipv6_address = 95,                                                                           // RFC 3162
    digest_response = 103, digest_realm = 104, digest_nonce = 105, digest_response_auth = 106, digest_nextnonce = 107,
    digest_method = 108, digest_uri = 109, digest_qop = 110, digest_algorithm = 111, digest_entity_body_hash = 112,
    digest_cnonce = 113, digest_nonce_count = 114, digest_username = 115, digest_opaque = 116, digest_auth_param = 117,
    digest_aka_auts = 118, digest_domain = 119, digest_stale = 120, digest_ha1 = 121, sip_aor = 122,  // RFC 5090 §3
    sterman_response = 206, sterman_attributes = 207,                                                // draft-sterman-aaa-sip-00
};
// clang-format on

struct Attribute {
    Type type{};
    std::string_view value;  ///< may be empty in what others sent
};

/// Why attributes cannot be written. `size`: octets of the value, or of the whole where that is too large.
struct AttributeError {
    enum class Code : std::uint8_t { value_too_long, packet_too_long } code{};
    Type type{};
    std::size_t size = 0;
    friend bool operator==(const AttributeError&, const AttributeError&) = default;
    [[nodiscard]] std::string text() const;  ///< a sentence: what is too long, and what is allowed
};

/// Attributes in the order in which they stand. Whether all of them are well formed is known before the first is given: see whole().
class AttributeReader {
public:
    explicit AttributeReader(std::string_view attributes) : rest_(attributes) {}
    [[nodiscard]] std::optional<Attribute> next();  ///< nothing at the end, and where the length of one is wrong
    /// §5: each has a length of at least 2 that ends within the packet, and they fill it.
    [[nodiscard]] static bool whole(std::string_view attributes);

private:
    std::string_view rest_;
};

/// The first one of a type; nothing if there is none.
[[nodiscard]] std::optional<std::string_view> find(std::string_view attributes, Type type);
/// The value of an integer attribute (§5): nothing if it is absent or not of 4 octets.
[[nodiscard]] std::optional<std::uint32_t> find_number(std::string_view attributes, Type type);
/// The first sub-attribute of this type of this vendor (§5.26, in the form recommended there).
[[nodiscard]] std::optional<std::string_view> find_vendor(std::string_view attributes, std::uint32_t vendor, std::uint8_t type);

/// Writes attributes one after another. The first that does not fit is the error, and nothing is written from there on.
class AttributeWriter {
public:
    /// A value of no octets is left out with its attribute, as §5 asks.
    AttributeWriter& add(Type type, std::string_view value);
    AttributeWriter& add(Type type, std::uint32_t value);
    /// NAS-IP-Address or NAS-IPv6-Address (RFC 3162 §2.1), as the family is.
    AttributeWriter& add_nas_address(const IpAddress& address);
    AttributeWriter& add_vendor(std::uint32_t vendor, std::uint8_t type, std::string_view value);

    /// The attributes, at most as many octets as fit into a packet beside a Message-Authenticator.
    [[nodiscard]] std::expected<std::string, AttributeError> take();

private:
    void append(Type type, std::string_view before, std::string_view value);

    std::string out_;
    std::optional<AttributeError> error_;
};

void append_u32(std::string& out, std::uint32_t value);              ///< in network order
[[nodiscard]] std::uint32_t read_u32(std::string_view four_octets);  ///< of at least 4

}  // namespace offhook::radius
