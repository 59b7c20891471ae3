#include "offhook/message/feature.hpp"

#include <algorithm>
#include <array>

#include "offhook/message/grammar.hpp"

namespace offhook::message {

namespace {

using grammar::Cursor;
using Kind = FeatureValue::Kind;

// RFC 3840 §9: names that need no plus sign. All but the first two are of the SIP tree.
constexpr std::array<std::string_view, 20> base_tags = {"language", "type",     "audio",   "automata", "class",       "duplex",   "data",
                                                        "control",  "mobility", "description", "events", "priority", "methods",  "schemes",
                                                        "application", "video", "isfocus", "actor",  "text",        "extensions"};

std::size_t base_tag(std::string_view name) {
    std::size_t i = 0;
    while (i < base_tags.size() && !iequals(base_tags[i], name)) ++i;
    return i;
}

struct Tag {
    bool sip_tree;
    std::string_view name;
};

// RFC 3841 §8: "audio" and "+sip.audio" are sip.audio, "language" and "+language" are language.
Tag tag_of(std::string_view name) {
    if (!name.starts_with('+')) return {base_tag(name) >= 2, name};
    name.remove_prefix(1);
    if (iequals(name.substr(0, 4), "sip.")) return {true, name.substr(4)};
    return {false, name};
}

std::optional<Decimal> take_decimal(Cursor& cursor) {
    Decimal out;
    out.negative = cursor.eat('-');
    if (!out.negative) cursor.eat('+');
    const std::size_t whole = cursor.at;
    while (is_digit(cursor.peek())) ++cursor.at;
    out.whole = cursor.text.substr(whole, cursor.at - whole);
    if (out.whole.empty()) return std::nullopt;
    if (cursor.eat('.')) {
        const std::size_t fraction = cursor.at;
        while (is_digit(cursor.peek())) ++cursor.at;
        out.fraction = cursor.text.substr(fraction, cursor.at - fraction);
    }
    out.whole.remove_prefix(std::min(out.whole.find_first_not_of('0'), out.whole.size()));
    out.fraction = out.fraction.substr(0, out.fraction.find_last_not_of('0') + 1);
    if (out.whole.empty() && out.fraction.empty()) out.negative = false;
    return out;
}

// numeric: "#" and ">=" number, "<=" number, "=" number, or number ":" number.
std::expected<FeatureValue, ParseError> take_numeric(Cursor cursor, FeatureValue out) {
    out.kind = Kind::number;
    const bool above = cursor.eat('>'), below = !above && cursor.eat('<');
    const bool equals = cursor.eat('=');
    if ((above || below) && !equals) return cursor.fail(ErrorCode::bad_feature);
    const auto first = take_decimal(cursor);
    if (!first) return cursor.fail(ErrorCode::bad_feature);
    if (!below) out.low = first;
    if (!above) out.high = first;
    if (!equals) {
        if (!cursor.eat(':')) return cursor.fail(ErrorCode::bad_feature);
        out.high = take_decimal(cursor);
        if (!out.high) return cursor.fail(ErrorCode::bad_feature);
    }
    if (!cursor.done()) return cursor.fail(ErrorCode::bad_feature);
    return out;
}

bool empty(const FeatureValue& interval) { return interval.low && interval.high && *interval.low > *interval.high; }

// Whether every number of the first interval is in the second.
bool within(const FeatureValue& inner, const FeatureValue& outer) {
    const bool from = !outer.low || (inner.low && *inner.low >= *outer.low);
    const bool to = !outer.high || (inner.high && *inner.high <= *outer.high);
    return from && to;
}

bool intersect(const FeatureValue& a, const FeatureValue& b) {
    return !(a.low && b.high && *a.low > *b.high) && !(b.low && a.high && *b.low > *a.high);
}

// Whether two intervals leave no number out.
bool cover_all(const FeatureValue& a, const FeatureValue& b) {
    const auto joined = [](const FeatureValue& lower, const FeatureValue& upper) {
        return !lower.low && !upper.high && (!lower.high || !upper.low || *upper.low <= *lower.high);
    };
    return (!a.low && !a.high) || (!b.low && !b.high) || joined(a, b) || joined(b, a);
}

bool numbers_compatible(const FeatureValue& a, const FeatureValue& b) {
    if (empty(a)) return a.negated && (b.negated || !empty(b));  // no number is in it, so any is outside
    if (empty(b)) return b.negated;
    if (a.negated && b.negated) return !cover_all(a, b);
    if (a.negated) return !within(b, a);
    if (b.negated) return !within(a, b);
    return intersect(a, b);
}

}  // namespace

bool is_feature(std::string_view name) { return name.starts_with('+') || base_tag(name) < base_tags.size(); }

bool same_feature(std::string_view a, std::string_view b) {
    const Tag left = tag_of(a), right = tag_of(b);
    return left.sip_tree == right.sip_tree && iequals(left.name, right.name);
}

std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) {
    if (a.negative != b.negative) return a.negative ? std::strong_ordering::less : std::strong_ordering::greater;
    auto order = a.whole.size() <=> b.whole.size();
    if (order == 0) order = a.whole <=> b.whole;
    if (order == 0) order = a.fraction <=> b.fraction;
    return a.negative ? 0 <=> order : order;
}

std::expected<FeatureValue, ParseError> parse_feature_value(std::string_view text) {
    Cursor cursor{text};
    FeatureValue out;
    if (cursor.eat('<')) {
        if (!text.ends_with('>') || text.size() < 2) return Cursor::fail(ErrorCode::bad_feature, text.size());
        out.kind = Kind::string;
        out.text = text.substr(1, text.size() - 2);
        if (const std::size_t bracket = out.text.find_first_of("<>"); bracket != std::string_view::npos)
            return Cursor::fail(ErrorCode::bad_feature, 1 + bracket);
        return out;
    }
    out.negated = cursor.eat('!');
    if (cursor.eat('#')) return take_numeric(cursor, out);
    const std::size_t from = cursor.at;
    while (grammar::is(cursor.peek(), grammar::token) && !cursor.see('!')) ++cursor.at;
    if (cursor.at == from || !cursor.done()) return cursor.fail(ErrorCode::bad_feature);
    out.text = text.substr(from);
    return out;
}

std::optional<FeatureValue> FeatureValueReader::next() {
    while (!rest_.empty() && read_ < limit) {
        // A string-value stands alone, commas in it are its own.
        const std::size_t end = rest_.starts_with('<') ? rest_.size() : std::min(rest_.find(','), rest_.size());
        const auto value = parse_feature_value(trim(rest_.substr(0, end)));
        rest_.remove_prefix(std::min(end + 1, rest_.size()));
        ++read_;
        if (value) return *value;
    }
    return std::nullopt;
}

bool compatible(const FeatureValue& a, const FeatureValue& b) {
    if (a.kind == Kind::number && b.kind == Kind::number) return numbers_compatible(a, b);
    if (a.negated && b.negated) return true;  // there is always a third value
    const bool equal = a.kind == b.kind && (a.kind == Kind::string ? a.text == b.text : iequals(a.text, b.text));
    return a.negated || b.negated ? !equal : equal;
}

bool compatible(const Parameter& a, const Parameter& b) {
    FeatureValueReader left(a);
    while (const auto one = left.next()) {
        FeatureValueReader right(b);
        while (const auto other = right.next())
            if (compatible(*one, *other)) return true;
    }
    return false;
}

namespace {

std::expected<void, ParseError> check_values(std::string_view text, const Parameter& feature) {
    if (!feature.has_value) return {};
    std::string_view rest = feature.value;
    for (std::size_t count = 1;; ++count) {
        const std::size_t end = rest.starts_with('<') ? rest.size() : std::min(rest.find(','), rest.size());
        const std::string_view one = rest.substr(0, end);
        if (count > FeatureValueReader::limit) return grammar::fail_at(text, one, ErrorCode::bad_feature);
        const std::string_view inside = one.substr(std::min(one.find_first_not_of(" \t\r\n"), one.size()));
        if (const auto value = parse_feature_value(trim(inside)); !value)
            return Cursor::fail(value.error().code, grammar::offset_in(text, inside) + value.error().offset);
        if (end == rest.size()) return {};
        rest.remove_prefix(end + 1);
    }
}

}  // namespace

std::expected<void, ParseError> check_features(std::string_view text, std::string_view parameters) {
    std::array<std::string_view, FeatureValueReader::limit> names;
    std::size_t count = 0;
    ParameterReader reader(parameters);
    while (const auto found = reader.next()) {
        if (!is_feature(found->name)) continue;
        // ftag-name begins with a letter.
        if (found->name[0] == '+' && (found->name.size() == 1 || !is_alpha(found->name[1])))
            return grammar::fail_at(text, found->name, ErrorCode::bad_feature);
        for (std::size_t i = 0; i < count; ++i)
            if (same_feature(names[i], found->name)) return grammar::fail_at(text, found->name, ErrorCode::repeated_parameter);
        if (count == names.size()) return grammar::fail_at(text, found->name, ErrorCode::bad_feature);
        names[count++] = found->name;
        if (const auto ok = check_values(text, *found); !ok) return ok;
    }
    return {};
}

}  // namespace offhook::message
