#include "offhook/message/via.hpp"

#include "offhook/base/address.hpp"
#include "offhook/message/grammar.hpp"
#include "offhook/message/parameters.hpp"

namespace offhook::message {

namespace {

using grammar::Cursor;
using Checked = std::expected<void, ParseError>;

enum class Version : std::uint8_t { ours, any };

// sent-protocol of §25.1: blanks may stand around the slashes.
std::expected<std::string_view, ParseError> take_transport(Cursor& cursor, Version version) {
    constexpr std::string_view parts[] = {"SIP", "2.0"}, usual = "SIP/2.0/";
    const bool is_usual = cursor.rest().starts_with(usual);
    if (is_usual) cursor.at += usual.size();
    for (const std::string_view part : parts) {
        if (is_usual) break;
        cursor.skip_lws();
        const std::size_t from = cursor.at;
        const std::string_view written = cursor.take(grammar::token);
        const bool free = version == Version::any && part == parts[1] && !written.empty();
        if (!free && !iequals(written, part)) return Cursor::fail(ErrorCode::bad_via, from);
        cursor.skip_lws();
        if (!cursor.eat('/')) return cursor.fail(ErrorCode::bad_via);
    }
    cursor.skip_lws();
    const std::string_view transport = cursor.take(grammar::token);
    if (transport.empty()) return cursor.fail(ErrorCode::bad_via);
    return transport;
}

// §7.3.1 has each name once; of one that is there twice the first counts, as everywhere.
void set_once(std::string_view& place, std::string_view value) {
    if (place.data() == nullptr) place = value;
}

// A port that is no number is kept in `bad_port`: a parameter that cannot be read at all comes first.
void use_parameter(Via& via, const Parameter& found, const char*& bad_port) {
    if (iequals(found.name, "branch")) return set_once(via.branch, found.value);
    if (iequals(found.name, "received")) return set_once(via.received, found.value);
    if (iequals(found.name, "maddr")) return set_once(via.maddr, found.value);
    if (!iequals(found.name, "rport")) return;
    // RFC 3581 §3: a flag in a request, the source port in a response.
    const bool first = !via.has_rport;
    via.has_rport = true;
    if (!found.has_value) return;
    const auto port = to_number<std::uint16_t>(found.value);
    if (!port && bad_port == nullptr) bad_port = found.text.data();
    if (port && first) via.rport = *port;
}

// Up to where the parameters begin.
Checked take_sent_by(Cursor& cursor, Version version, Via& out) {
    const auto transport = take_transport(cursor, version);
    if (!transport) return std::unexpected(transport.error());
    out.transport = *transport;
    const std::size_t before = cursor.at;
    cursor.skip_lws();
    if (cursor.at == before) return cursor.fail(ErrorCode::bad_via);

    const auto sent_by = grammar::take_host_port(cursor, /*blanks=*/true);
    if (!sent_by) return std::unexpected(sent_by.error());
    out.host = sent_by->host;
    out.port = sent_by->port;
    cursor.skip_lws();
    return {};
}

Checked take_parameters(Cursor& cursor, Via& out) {
    out.parameters = cursor.rest();
    const char* bad_port = nullptr;
    const Checked rest = grammar::each_parameter(cursor, [&](const Parameter& found) { use_parameter(out, found, bad_port); });
    if (!rest) return rest;
    if (bad_port != nullptr) return Cursor::fail(ErrorCode::bad_port, grammar::offset_in(cursor.text, {bad_port, 0}));
    return {};
}

}  // namespace

std::expected<Via, ParseError> parse_via(std::string_view text) {
    std::expected<Via, ParseError> via;
    Cursor cursor{text};
    Checked read = take_sent_by(cursor, Version::ours, *via);
    if (read) read = take_parameters(cursor, *via);
    if (!read) via = std::unexpected(read.error());
    return via;
}

std::expected<Via, ParseError> parse_sent_by(std::string_view text) {
    std::expected<Via, ParseError> via;
    Cursor cursor{text};
    if (const Checked read = take_sent_by(cursor, Version::any, *via); !read) via = std::unexpected(read.error());
    return via;
}

}  // namespace offhook::message
