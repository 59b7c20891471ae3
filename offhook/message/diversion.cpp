#include "offhook/message/diversion.hpp"

#include "offhook/message/grammar.hpp"
#include "offhook/message/parameters.hpp"

namespace offhook::message {

namespace {

using grammar::Cursor;

constexpr std::uint32_t most = 99;  // 1*2DIGIT

// The number of a parameter into `out`; nothing happens where it is absent.
std::expected<void, ParseError> read_number(std::string_view text, const NameAddr& value, std::string_view name, std::optional<std::uint32_t>& out) {
    const auto written = value.parameter(name);
    if (!written) return {};
    const std::size_t from = grammar::offset_in(text, *written);
    Cursor cursor{*written};
    const auto number = grammar::take_number(cursor);
    if (!number) return Cursor::fail(number.error().code, from + number.error().offset);
    if (!cursor.done()) return Cursor::fail(ErrorCode::bad_number, from + cursor.at);
    if (*number > most) return Cursor::fail(ErrorCode::number_out_of_range, from);
    out = *number;
    return {};
}

}  // namespace

std::expected<Diversion, ParseError> parse_diversion(std::string_view text) {
    const auto party = parse_name_addr(text);
    if (!party) return std::unexpected(party.error());
    Diversion out{*party};
    if (const auto reason = out.parameter("reason")) {
        out.reason_text = *reason;
        out.reason = grammar::named<Diversion::Reason>(*reason, {"unknown", "user-busy", "no-answer", "unavailable", "unconditional", "time-of-day",
                                                                 "do-not-disturb", "deflection", "follow-me", "out-of-service", "away"});
    }
    if (const auto privacy = out.parameter("privacy")) {
        out.privacy_text = *privacy;
        out.privacy = grammar::named<Diversion::Hidden>(*privacy, {"full", "name", "uri", "off"});
    }
    out.screen = out.parameter("screen").value_or(std::string_view());
    if (const auto ok = read_number(text, out, "counter", out.counter); !ok) return std::unexpected(ok.error());
    if (const auto ok = read_number(text, out, "limit", out.limit); !ok) return std::unexpected(ok.error());
    return out;
}

void append_diversion(std::string& out, const Diversion& diversion) {
    if (!diversion.display_name.empty()) out.append("\"").append(diversion.display_name).append("\" ");
    out.append("<").append(diversion.uri).append(">");
    append_parameter(out, "reason", diversion.reason_text);
    if (diversion.counter) append_number(out.append(";counter="), *diversion.counter);
    if (diversion.limit) append_number(out.append(";limit="), *diversion.limit);
    append_parameter(out, "privacy", diversion.privacy_text);
    append_parameter(out, "screen", diversion.screen);
}

}  // namespace offhook::message
