#include "offhook/message/user_to_user.hpp"

#include "offhook/message/grammar.hpp"

namespace offhook::message {

std::expected<UserToUser, ParseError> parse_user_to_user(std::string_view text) {
    using grammar::Cursor;
    const auto value = parse_quotable(text);
    if (!value) return std::unexpected(value.error());
    const auto text_of = [&](std::string_view name) { return value->parameter(name).value_or(std::string_view()); };
    const UserToUser out{*value, text_of("purpose"), text_of("content"), text_of("encoding")};
    if (!out.is_hex()) return out;
    Cursor digits{out.value};
    digits.take(grammar::hexadecimal);
    if (!digits.done() || digits.at % 2 != 0) return Cursor::fail(ErrorCode::bad_hexadecimal, grammar::offset_in(text, out.value) + digits.at);
    return out;
}

void append_user_to_user(std::string& out, const UserToUser& data) {
    if (data.quoted) {
        out.append("\"").append(data.value).append("\"");
    } else {
        out.append(data.value);
    }
    append_parameter(out, "encoding", data.encoding);
    append_parameter(out, "purpose", data.purpose);
    append_parameter(out, "content", data.content);
}

}  // namespace offhook::message
