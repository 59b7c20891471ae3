// Identity: a signed PASSporT and where the certificate of its signer is (RFC 8224 §4). Its content is opaque here: whoever verifies
// decodes it (RFC 8225). Thread rule: pure functions over borrowed text.
#pragma once
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "offhook/message/error.hpp"
#include "offhook/message/parameters.hpp"

namespace offhook::message {

struct Identity {
    std::string_view passport;    ///< base64url parts with two dots between; the first two are empty in the compact form (§4)
    std::string_view info;        ///< the URI, without its angle brackets
    std::string_view algorithm;   ///< alg; empty: absent, then it is ES256 (§4)
    std::string_view type;        ///< ppt: "div", "rph", "shaken"; empty: absent
    std::string_view parameters;

    [[nodiscard]] bool compact() const { return passport.starts_with(".."); }
    [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const { return message::parameter(parameters, name); }
};

/// Fails with bad_identity where the PASSporT breaks, or at the end where info is missing; in info as parse_uri does.
[[nodiscard]] std::expected<Identity, ParseError> parse_identity(std::string_view text);

/// Appends the PASSporT and the parameters that the struct names.
void append_identity(std::string& out, const Identity& identity);

}  // namespace offhook::message
