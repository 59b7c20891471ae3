#include "offhook/message/feature_caps.hpp"

#include "offhook/message/grammar.hpp"
#include "offhook/message/parameters.hpp"

namespace offhook::message {

std::optional<std::string_view> FeatureCaps::indicator(std::string_view name) const {
    ParameterReader reader(parameters);
    while (const auto one = reader.next())
        if (one->name.starts_with('+') && iequals(one->name.substr(1), name)) return one->value;
    return std::nullopt;
}

std::expected<FeatureCaps, ParseError> parse_feature_caps(std::string_view text) {
    grammar::Cursor cursor{text};
    cursor.skip_lws();
    if (!cursor.eat('*')) return cursor.fail(ErrorCode::bad_feature_caps);
    cursor.skip_lws();
    const FeatureCaps out{cursor.rest()};
    while (cursor.eat(';')) {
        cursor.skip_lws();
        if (!cursor.eat('+') || cursor.take(grammar::token).empty()) return cursor.fail(ErrorCode::bad_feature_caps);
        cursor.skip_lws();
        if (!cursor.eat('=')) continue;
        cursor.skip_lws();
        if (!cursor.see('"')) return cursor.fail(ErrorCode::bad_feature_caps);
        if (const auto inside = cursor.quoted(); !inside) return std::unexpected(inside.error());
        cursor.skip_lws();
    }
    if (!cursor.done()) return cursor.fail(ErrorCode::trailing_bytes);
    return out;
}

}  // namespace offhook::message
