// What is called, in the one form that tariffs, limits and reports know it by: a number in E.164 ("+4930123456"), a number that no
// rule made one ("112"), or a name ("alice"). RFC 3966 §5.1.1 (visual separators), RFC 3261 §19.1.6.
//
// Knows digits and the operator's rules, not numbering plans. Thread rule: values; a plan is only read once it is made.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/message/uri.hpp"

namespace offhook::charging {

class Destination {
public:
    static constexpr std::size_t most_octets = 64;

    [[nodiscard]] std::string_view text() const { return {octets_.data(), size_}; }
    [[nodiscard]] bool is_number() const { return number_; }  ///< a plus sign or none, then digits, '*' and '#'

private:
    friend class DialPlan;
    [[nodiscard]] bool append(std::string_view more);

    std::array<char, most_octets> octets_{};
    std::uint8_t size_ = 0;
    bool number_ = false;
};

/// A number that begins with `strip` gets `add` in its place: {"00", "+"}, {"0", "+49"}. {"112", "112"} keeps what begins so as it is.
struct DialRule {
    std::string strip, add;
};

struct DialRuleError {
    std::size_t rule = 0;  ///< its place, from 0
    std::string_view reason;
};

enum class DestinationError : std::uint8_t { no_user, too_long };

class DialPlan {
public:
    DialPlan() = default;
    [[nodiscard]] static std::expected<DialPlan, DialRuleError> make(std::vector<DialRule> rules);

    /// Of tel: the number, of sip: and sips: the user part up to a ';', its escapes decoded, of another scheme all after the colon. If that
    /// is a number, it loses its separators, and if it has no plus sign, the one rule with the longest matching `strip` is applied.
    [[nodiscard]] std::expected<Destination, DestinationError> normalised(const message::Uri& uri) const;

private:
    std::vector<DialRule> rules_;  ///< longest strip first
};

}  // namespace offhook::charging
