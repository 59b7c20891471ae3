// Telephone numbers as tel: URIs and the user parts of SIP URIs hold them: RFC 3966, RFC 3261 §19.1.6.
//
// Knows digits, separators and parameters, not numbering plans: nothing here turns a local number into a global one, since a context
// is no prefix (§5.1.5). Thread rule: a value over borrowed text.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "offhook/message/error.hpp"
#include "offhook/message/uri.hpp"

namespace offhook::message {

/// A telephone-subscriber: what follows "tel:".
struct Telephone {
    bool global = false;           ///< with a plus sign: E.164
    std::string_view number;       ///< as written, plus sign and visual separators included
    std::string_view context;      ///< phone-context: a domain name, or a plus sign and digits; of local numbers
    std::string_view extension;    ///< ext
    std::string_view subaddress;   ///< isub, escapes as written
    std::string_view parameters;   ///< all of them, from the first ';' on

    [[nodiscard]] std::string normalised() const;  ///< "+12015550123": without separators, hexadecimal digits in lower case
    [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const;
};

/// §3. A local number must say where it is valid; phones that dial "tel:112" are many, so who only passes numbers on may let it go.
[[nodiscard]] std::expected<Telephone, ParseError> parse_telephone(std::string_view text, bool require_context = true);

/// §4: separators do not count, nor does the order of parameters, nor case; a context is compared as the host or number that it is.
[[nodiscard]] bool equivalent(const Telephone& a, const Telephone& b);

/// RFC 3261 §19.1.6: "sip:+358-555-1234567;postd=pp22@example.com;user=phone", in lower case and with its parameters in order, so that
/// equivalent numbers, written with the same separators, give the same octets. `host` may have a port.
[[nodiscard]] std::string sip_uri_of(const Telephone& telephone, std::string_view host, bool secure = false);
/// The way back: "tel:..." of a sip: or sips: URI with user=phone; nothing if it has none, or its user part is no telephone number.
/// In values, what a user part has to escape stays escaped.
[[nodiscard]] std::optional<std::string> tel_uri_of(const Uri& sip);

}  // namespace offhook::message
