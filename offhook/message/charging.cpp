#include "offhook/message/charging.hpp"

#include "offhook/message/grammar.hpp"
#include "offhook/message/parameters.hpp"

namespace offhook::message {

namespace {

using grammar::Cursor;

// Parameters alone: no value stands before the first of them.
std::expected<void, ParseError> check_parameters(std::string_view text) {
    Cursor cursor{text};
    if (const auto first = grammar::skip_parameter(cursor); !first) return first;
    return grammar::skip_parameters(cursor);
}

}  // namespace

std::expected<ChargingVector, ParseError> parse_charging_vector(std::string_view text) {
    if (const auto ok = check_parameters(text); !ok) return std::unexpected(ok.error());
    const auto value = [&](std::string_view name) { return parameter(text, name).value_or(std::string_view()); };
    const ChargingVector out{value("icid-value"),  value("icid-generated-at"), value("orig-ioi"),
                             value("term-ioi"),    value("transit-ioi"),       value("related-icid"),
                             value("related-icid-generated-at"), text};
    if (out.icid.empty()) return Cursor::fail(ErrorCode::missing_charging_id, text.size());
    return out;
}

void append_charging_vector(std::string& out, const ChargingVector& vector) {
    const std::size_t from = out.size();
    append_parameter(out, "icid-value", vector.icid);
    append_parameter(out, "icid-generated-at", vector.generated_at);
    append_parameter(out, "orig-ioi", vector.orig_ioi);
    append_parameter(out, "term-ioi", vector.term_ioi);
    if (!vector.transit_ioi.empty()) out.append(";transit-ioi=\"").append(vector.transit_ioi).append("\"");  // a list is always quoted
    append_parameter(out, "related-icid", vector.related_icid);
    append_parameter(out, "related-icid-generated-at", vector.related_generated_at);
    if (out.size() > from) out.erase(from, 1);  // the first one has no semicolon before it
}

std::expected<ChargingAddresses, ParseError> parse_charging_addresses(std::string_view text) {
    if (const auto ok = check_parameters(text); !ok) return std::unexpected(ok.error());
    ChargingAddresses out;
    out.parameters = text;
    ParameterReader reader(text);
    while (const auto one = reader.next()) {
        const auto keep = [&](std::string_view& first, std::string_view& second) { (first.empty() ? first : second) = one->value; };
        if (iequals(one->name, "ccf")) keep(out.ccf, out.ccf_2);
        else if (iequals(one->name, "ecf")) keep(out.ecf, out.ecf_2);
        else if (iequals(one->name, "ccf-2")) out.ccf_2 = one->value;
        else if (iequals(one->name, "ecf-2")) out.ecf_2 = one->value;
    }
    return out;
}

}  // namespace offhook::message
