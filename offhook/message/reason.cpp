#include "offhook/message/reason.hpp"

#include <iterator>

#include "offhook/message/grammar.hpp"
#include "offhook/message/parameters.hpp"

namespace offhook::message {

namespace {

// RFC 8606 §4, by the code of Q.850.
constexpr std::string_view locations[] = {"U",  "LPN",   "LN",    "TN", "RLN",    "RPN",    "LOC-6",  "INTL",
                                          "LOC-8", "LOC-9", "BI", "LOC-11", "LOC-12", "LOC-13", "LOC-14", "LOC-15"};

}  // namespace

std::expected<Reason, ParseError> parse_reason(std::string_view text) {
    grammar::Cursor cursor{text};
    cursor.skip_lws();
    Reason out{};
    out.protocol_name = cursor.take(grammar::token);
    if (out.protocol_name.empty()) return cursor.fail(ErrorCode::bad_token);
    out.protocol = iequals(out.protocol_name, "SIP")     ? Reason::Protocol::sip
                   : iequals(out.protocol_name, "Q.850") ? Reason::Protocol::q850
                                                         : Reason::Protocol::other;
    const auto parameters = grammar::take_parameters(cursor);
    if (!parameters) return std::unexpected(parameters.error());
    out.parameters = *parameters;
    ParameterReader reader(*parameters);
    while (const auto found = reader.next()) {
        if (iequals(found->name, "cause")) {
            const auto cause = number_of(text, *found);
            if (!cause) return std::unexpected(cause.error());
            out.cause = *cause;
        } else if (iequals(found->name, "text")) {
            out.text = found->value;
        } else if (out.protocol == Reason::Protocol::q850 && iequals(found->name, "location")) {
            std::uint8_t location = 0;
            while (location < std::size(locations) && !iequals(locations[location], found->value)) ++location;
            if (location == std::size(locations)) return refuse(text, *found);
            out.location = location;
        }
    }
    return out;
}

std::string_view name_of_location(std::uint8_t location) { return locations[location & 15]; }

void append_reason(std::string& out, const Reason& reason) {
    out += reason.protocol == Reason::Protocol::sip    ? std::string_view("SIP")
           : reason.protocol == Reason::Protocol::q850 ? std::string_view("Q.850")
                                                       : reason.protocol_name;
    if (reason.cause) append_number(out.append(";cause="), *reason.cause);
    if (!reason.text.empty()) out.append(";text=\"").append(reason.text).append("\"");
    if (reason.location) out.append(";location=").append(name_of_location(*reason.location));
}

}  // namespace offhook::message
