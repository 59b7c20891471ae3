// One Via value (RFC 3261 §20.42, RFC 3581) as a view.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "offhook/message/error.hpp"

namespace offhook::message {

struct Via {
    std::string_view transport;   ///< "UDP", "TCP" ... as written
    std::string_view host;        ///< sent-by; IPv6 with brackets
    std::uint16_t port = 0;       ///< 0: none written
    std::string_view parameters;  ///< from the first ';'
    std::string_view branch;      ///< empty if absent
    std::string_view received;    ///< empty if absent; an IPv6 address may stand without brackets (RFC 5118 §4.5)
    std::string_view maddr;
    bool has_rport = false;
    std::uint16_t rport = 0;      ///< 0 if it is a flag

    static constexpr std::string_view cookie = "z9hG4bK";
    [[nodiscard]] bool rfc3261_branch() const { return branch.starts_with(cookie); }
};

[[nodiscard]] std::expected<Via, ParseError> parse_via(std::string_view text);

/// Transport, host and port alone, of a Via whose version or parameters are broken: what it takes to refuse its request.
[[nodiscard]] std::expected<Via, ParseError> parse_sent_by(std::string_view text);

}  // namespace offhook::message
