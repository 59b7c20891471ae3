// P-Charging-Vector and P-Charging-Function-Addresses: what correlates the records of one session, and where they go
// (RFC 7315 §5.5, §5.6; RFC 3455). Must not know records. Thread rule: pure functions over borrowed text.
#pragma once
#include <expected>
#include <string>
#include <string_view>

#include "offhook/message/error.hpp"

namespace offhook::message {

/// Values without quotes, escapes kept; empty: absent.
struct ChargingVector {
    std::string_view icid;  ///< never empty
    std::string_view generated_at, orig_ioi, term_ioi, transit_ioi, related_icid, related_generated_at;
    std::string_view parameters;  ///< all of them, from icid-value on
};
/// Fails with bad_parameter, or missing_charging_id at the end. icid-value is found wherever it stands: the RFC has it first, not every peer.
[[nodiscard]] std::expected<ChargingVector, ParseError> parse_charging_vector(std::string_view text);
/// Appends the parameters that the struct names.
void append_charging_vector(std::string& out, const ChargingVector& vector);

/// The second of a kind is to be used when the first cannot be reached (§5.5); RFC 3455 wrote it as the same name again.
struct ChargingAddresses {
    std::string_view ccf, ccf_2, ecf, ecf_2;
    std::string_view parameters;
};
[[nodiscard]] std::expected<ChargingAddresses, ParseError> parse_charging_addresses(std::string_view text);

}  // namespace offhook::message
