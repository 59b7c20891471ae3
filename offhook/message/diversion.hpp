// Diversion: who a call was meant for before it was diverted, and why (RFC 5806 §4). Old, but what telephone networks speak; the
// standard is History-Info. Thread rule: pure functions over borrowed text.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "offhook/message/error.hpp"
#include "offhook/message/name_addr.hpp"

namespace offhook::message {

struct Diversion : NameAddr {
    enum class Reason : std::uint8_t {
        other, unknown, user_busy, no_answer, unavailable, unconditional, time_of_day, do_not_disturb, deflection, follow_me, out_of_service, away
    };
    enum class Hidden : std::uint8_t { other, full, name, uri, off };

    std::string_view reason_text{};          ///< empty: absent
    Reason reason = Reason::unknown;         ///< unknown where absent
    std::optional<std::uint32_t> counter{};  ///< diversions that this value stands for, 0..99; absent: one
    std::optional<std::uint32_t> limit{};    ///< diversions that are still allowed
    std::string_view privacy_text{};         ///< empty: absent
    Hidden privacy = Hidden::off;
    std::string_view screen{};               ///< "yes", "no" or another; empty: absent
};

/// Fails as parse_name_addr does; with bad_number or number_out_of_range in counter and limit.
[[nodiscard]] std::expected<Diversion, ParseError> parse_diversion(std::string_view text);

/// Appends display name, URI and the parameters that the struct names, reason and privacy by their texts.
void append_diversion(std::string& out, const Diversion& diversion);

}  // namespace offhook::message
