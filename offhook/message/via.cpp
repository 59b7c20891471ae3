#include "offhook/message/via.hpp"

#include "offhook/base/address.hpp"
#include "offhook/message/grammar.hpp"
#include "offhook/message/parameters.hpp"

namespace offhook::message {

namespace {

using grammar::Cursor;

// sent-protocol of §25.1: blanks may stand around the slashes. Only SIP/2.0 is a Via that can be answered.
std::expected<std::string_view, ParseError> take_transport(Cursor& cursor) {
    constexpr std::string_view parts[] = {"SIP", "2.0"};
    for (const std::string_view part : parts) {
        cursor.skip_lws();
        const std::size_t from = cursor.at;
        if (!iequals(cursor.take(grammar::token), part)) return Cursor::fail(ErrorCode::bad_via, from);
        cursor.skip_lws();
        if (!cursor.eat('/')) return cursor.fail(ErrorCode::bad_via);
    }
    cursor.skip_lws();
    const std::string_view transport = cursor.take(grammar::token);
    if (transport.empty()) return cursor.fail(ErrorCode::bad_via);
    return transport;
}

std::expected<void, ParseError> read_parameters(Via& via, std::size_t offset) {
    ParameterReader reader(via.parameters);
    while (const auto found = reader.next()) {
        const std::string_view name = found->name;
        if (iequals(name, "branch")) {
            via.branch = found->value;
        } else if (iequals(name, "received")) {
            via.received = found->value;
        } else if (iequals(name, "maddr")) {
            via.maddr = found->value;
        } else if (iequals(name, "rport")) {
            // RFC 3581 §3: a flag in a request, the source port in a response.
            via.has_rport = true;
            if (!found->has_value) continue;
            const auto port = to_number<std::uint16_t>(found->value);
            if (!port) return Cursor::fail(ErrorCode::bad_port, offset + static_cast<std::size_t>(found->text.data() - via.parameters.data()));
            via.rport = *port;
        }
    }
    return {};
}

}  // namespace

std::expected<Via, ParseError> parse_via(std::string_view text) {
    Cursor cursor{text};
    const auto transport = take_transport(cursor);
    if (!transport) return std::unexpected(transport.error());
    const std::size_t before = cursor.at;
    cursor.skip_lws();
    if (cursor.at == before) return cursor.fail(ErrorCode::bad_via);

    const auto sent_by = grammar::take_host_port(cursor, /*blanks=*/true);
    if (!sent_by) return std::unexpected(sent_by.error());
    Via out;
    out.transport = *transport;
    out.host = sent_by->host;
    out.port = sent_by->port;
    cursor.skip_lws();
    out.parameters = cursor.rest();
    const std::size_t parameters = cursor.at;
    if (const auto rest = grammar::skip_parameters(cursor); !rest) return std::unexpected(rest.error());
    if (const auto read = read_parameters(out, parameters); !read) return std::unexpected(read.error());
    return out;
}

}  // namespace offhook::message
