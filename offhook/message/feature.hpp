// Feature parameters (RFC 3840 §9): what a Contact says that its user agent can do, as terms in the manner of RFC 2533.
//
//   Contact: <sip:a@b>;audio;methods="INVITE,BYE";+rangeparam="#-4:+5.125";events="!presence"
//
// Borrowed text, read when asked, no allocation; numbers are compared as they are written, of any length. Thread rule: pure functions.
#pragma once
#include <compare>
#include <expected>
#include <optional>
#include <string_view>

#include "offhook/message/error.hpp"
#include "offhook/message/parameters.hpp"

namespace offhook::message {

/// Whether a parameter of this name is a feature: a base tag of RFC 3840 §9, or anything that begins with a plus sign.
[[nodiscard]] bool is_feature(std::string_view name);

/// Whether two parameters mean the same feature tag: any case, and "audio" is "+sip.audio" (RFC 3841 §8).
[[nodiscard]] bool same_feature(std::string_view a, std::string_view b);

/// A decimal number of any length, without a plus sign and without zeros that mean nothing.
struct Decimal {
    bool negative = false;
    std::string_view whole, fraction;

    friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b);
    friend bool operator==(const Decimal& a, const Decimal& b) { return (a <=> b) == 0; }
};

/// One alternative of a feature's value list.
struct FeatureValue {
    enum class Kind { token, string, number } kind = Kind::token;
    bool negated = false;
    std::string_view text;             ///< token: any case ("TRUE" of a flag); string: without angle brackets, octet by octet
    std::optional<Decimal> low, high;  ///< number: the closed interval; without `low` or `high` it has no such end
};

/// One tag-value of the list, or a whole string-value in angle brackets. Fails with bad_feature.
[[nodiscard]] std::expected<FeatureValue, ParseError> parse_feature_value(std::string_view text);

/// Walks the alternatives of a feature; a flag has one, TRUE. What is malformed is left out, and what stands behind `limit`.
class FeatureValueReader {
public:
    static constexpr std::size_t limit = 32;

    explicit FeatureValueReader(const Parameter& feature) : rest_(feature.has_value ? feature.value : "TRUE") {}
    [[nodiscard]] std::optional<FeatureValue> next();

private:
    std::string_view rest_;
    std::size_t read_ = 0;
};

/// Whether anything can be both: RFC 2533 §4 for one feature tag.
[[nodiscard]] bool compatible(const FeatureValue& a, const FeatureValue& b);

/// Whether some alternative of one is compatible with some of the other. The tags are not looked at.
[[nodiscard]] bool compatible(const Parameter& a, const Parameter& b);

/// Checks the feature parameters among these: their grammar, at most FeatureValueReader::limit of them and values in each, and none
/// twice (RFC 3841 §10). Offsets count from the start of `text`, of which the parameters are a piece.
[[nodiscard]] std::expected<void, ParseError> check_features(std::string_view text, std::string_view parameters);

}  // namespace offhook::message
