#include "offhook/message/resource_priority.hpp"

#include "offhook/message/grammar.hpp"

namespace offhook::message {

// Both parts are tokens without a dot, so one dot stands in the value and both its sides hold something.
std::expected<ResourcePriority, ParseError> parse_resource_priority(std::string_view text) {
    grammar::Cursor cursor{text};
    const auto part = [&] {
        const std::size_t from = cursor.at;
        while (grammar::is(cursor.peek(), grammar::token) && !cursor.see('.')) ++cursor.at;
        return text.substr(from, cursor.at - from);
    };
    ResourcePriority out;
    out.space = part();
    if (out.space.empty() || !cursor.eat('.')) return cursor.fail(ErrorCode::bad_resource_priority);
    out.priority = part();
    if (out.priority.empty() || !cursor.done()) return cursor.fail(ErrorCode::bad_resource_priority);
    return out;
}

}  // namespace offhook::message
