// What peers agree on hop by hop in the parameters of a Via: keep-alives (RFC 6223), overload control (RFC 7339), reuse of
// connections (RFC 5923), compression (RFC 3486). Routing needs none of them; Via (via.hpp) has what it needs.
// Thread rule: pure functions.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "offhook/message/error.hpp"

namespace offhook::message {

/// RFC 7339 §4.
struct Overload {
    bool supported = false;                 ///< oc stands there, with or without a value
    std::optional<std::uint32_t> value;     ///< of oc: percent to leave out for "loss", requests a second for "rate" (RFC 7415)
    std::string_view algorithms;            ///< "loss,rate"; a response has the chosen one
    std::optional<std::uint32_t> validity;  ///< milliseconds; 500 where a response with a value has none, 0: stop
    std::optional<std::uint64_t> sequence;  ///< oc-seq in units of 1/100000: larger is newer

    [[nodiscard]] bool offers(std::string_view algorithm) const;
};

struct ViaParameters {
    bool keep = false;                        ///< RFC 6223 §4: the sender is willing, or the receiver answers, with a value, that it is
    std::optional<std::uint32_t> keep_every;  ///< seconds; 0 recommends nothing
    bool alias = false;                       ///< RFC 5923 §5: this connection serves for requests back
    bool compressed = false;                  ///< comp=sigcomp
    Overload overload;
};

/// The parameters of a Via; of one that stands twice the first counts. Offsets count from their start.
[[nodiscard]] std::expected<ViaParameters, ParseError> read_via_parameters(std::string_view parameters);

/// Appends ";oc=20;oc-algo=\"loss\";oc-validity=500;oc-seq=1282321615.78200", what there is of it: a client its algorithms, a server
/// its verdict.
void append_overload(std::string& out, const Overload& overload);

}  // namespace offhook::message
