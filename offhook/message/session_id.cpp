#include "offhook/message/session_id.hpp"

#include "offhook/message/grammar.hpp"
#include "offhook/message/parameters.hpp"

namespace offhook::message {

namespace {

using grammar::Cursor;

// 32 digits in lower case (§5) and nothing more.
std::string_view take_uuid(Cursor& cursor) {
    const std::size_t from = cursor.at;
    while (cursor.at - from < SessionId::nil.size() && grammar::is(cursor.peek(), grammar::hexadecimal) && to_lower(cursor.peek()) == cursor.peek())
        ++cursor.at;
    return cursor.text.substr(from, cursor.at - from);
}

}  // namespace

std::expected<SessionId, ParseError> parse_session_id(std::string_view text) {
    Cursor cursor{text};
    SessionId out;
    cursor.skip_lws();
    out.local = take_uuid(cursor);
    if (out.local.size() != SessionId::nil.size() || grammar::is(cursor.peek(), grammar::token)) return cursor.fail(ErrorCode::bad_session_id);
    const auto parameters = grammar::take_parameters(cursor);
    if (!parameters) return std::unexpected(parameters.error());
    out.parameters = *parameters;
    ParameterReader reader(out.parameters);
    while (const auto one = reader.next()) {
        if (!iequals(one->name, "remote")) continue;
        // "MUST NOT have more than one remote parameter" (§5)
        if (!out.remote.empty()) return Cursor::fail(ErrorCode::repeated_parameter, grammar::offset_in(text, one->text));
        Cursor remote{one->value};
        out.remote = take_uuid(remote);
        if (out.remote.size() != SessionId::nil.size() || !remote.done())
            return Cursor::fail(ErrorCode::bad_session_id, grammar::offset_in(text, one->value) + remote.at);
    }
    return out;
}

void append_session_id(std::string& out, std::string_view local, std::string_view remote) {
    out.append(local).append(";remote=").append(remote.empty() ? SessionId::nil : remote);
}

}  // namespace offhook::message
