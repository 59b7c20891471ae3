// Route information preprocessing (RFC 3261 §16.4) as a pure function: the Request-URI and the Routes of a request as if every element
// before us were a loose router, and what our own Routes said about the dialog (design rule 10).
//
// Views into the request's bytes. Must not know bindings or transactions. Thread rule: none needed.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "offhook/message/message.hpp"
#include "offhook/proxy/domains.hpp"
#include "offhook/proxy/loop.hpp"
#include "offhook/proxy/relay_token.hpp"

namespace offhook::proxy {

struct Routing {
    std::string_view request_uri;
    std::uint32_t own_routes = 0;   ///< values at the top of Route that are ours: they are removed
    bool last_route_moved = false;  ///< the last Route value became the Request-URI: a strict router was before us
    std::string_view next_route;    ///< value of the first Route that remains; empty: none
    std::string_view next_route_uri;
    bool next_is_strict = false;  ///< it has no lr parameter (§16.6 step 6)
    std::optional<Relay> relay;   ///< the topmost of our Routes bears a token that fits
    std::string_view flow_ahead;  ///< named by the last of our Routes, towards where the request goes; empty: none
};

/// Nothing if a Route value or the Request-URI that is to be used does not parse: 400.
[[nodiscard]] std::optional<Routing> preprocess(const message::Message& request, const Identity& identity, const OwnDomains& domains,
                                                const RelayTokens& tokens);

}  // namespace offhook::proxy
