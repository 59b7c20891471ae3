#include "offhook/message/contact.hpp"

#include "offhook/message/grammar.hpp"
#include "offhook/message/parameters.hpp"
#include "offhook/message/values.hpp"

namespace offhook::message {

namespace {

using Read = std::expected<void, ParseError>;

Read read_reg_id(std::string_view text, const Parameter& found, ContactParameters& out) {
    const auto number = number_of(text, found);
    if (!number) return std::unexpected(number.error());
    if (*number == 0 || *number >= 1u << 31) return refuse(text, found, ErrorCode::number_out_of_range);
    out.reg_id = *number;
    return {};
}

Read read_instance(std::string_view text, const Parameter& found, ContactParameters& out) {
    const std::string_view value = found.value;
    if (value.size() < 3 || value.front() != '<' || value.back() != '>') return refuse(text, found);
    out.instance = value.substr(1, value.size() - 2);
    if (out.instance.find_first_of("<> \t\r\n") != std::string_view::npos) return refuse(text, found);
    return {};
}

Read read_gruu(std::string_view text, const Parameter& found, std::string_view& out) {
    const auto uri = parse_uri(found.value);
    if (!uri) return grammar::Cursor::fail(uri.error().code, grammar::offset_in(text, found.value) + uri.error().offset);
    if (!is_gruu(*uri)) return refuse(text, found);
    out = found.value;
    return {};
}

Read read_one(std::string_view text, const Parameter& found, ContactParameters& out) {
    const std::string_view name = found.name;
    if (iequals(name, "expires") && !out.expires) out.expires = to_number<std::uint32_t>(found.value).value_or(3600);
    if (iequals(name, "methods") && out.methods.empty()) out.methods = found.value;
    if (iequals(name, "reg-id") && out.reg_id == 0) return read_reg_id(text, found, out);
    if (iequals(name, "+sip.instance") && out.instance.empty()) return read_instance(text, found, out);
    if (iequals(name, "pub-gruu") && out.pub_gruu.empty()) return read_gruu(text, found, out.pub_gruu);
    if (iequals(name, "temp-gruu") && out.temp_gruu.empty()) return read_gruu(text, found, out.temp_gruu);
    const HistoryInfo::Target target = history_target_of(name);
    if (target == HistoryInfo::Target::none || out.target != HistoryInfo::Target::none) return {};
    if (!is_history_index(found.value)) return refuse(text, found);
    out.target = target;
    out.from_index = found.value;
    return {};
}

}  // namespace

std::expected<ContactParameters, ParseError> read_contact_parameters(std::string_view parameters) {
    ContactParameters out;
    const auto quality = quality_of(parameters, parameters);
    if (!quality) return std::unexpected(quality.error());
    out.quality = *quality;
    ParameterReader reader(parameters);
    while (const auto found = reader.next())
        if (const auto ok = read_one(parameters, *found, out); !ok) return std::unexpected(ok.error());
    return out;
}

void append_gruus(std::string& out, std::string_view pub_gruu, std::string_view temp_gruu) {
    append_parameter(out, "pub-gruu", pub_gruu);
    append_parameter(out, "temp-gruu", temp_gruu);
}

bool is_gruu(const Uri& uri) { return uri.is_sip() && uri.parameter("gr").has_value(); }
bool asks_for_outbound(const Uri& uri) { return uri.is_sip() && uri.parameter("ob").has_value(); }

PushTarget push_target_of(const Uri& uri) {
    PushTarget out;
    if (!uri.is_sip()) return out;
    ParameterReader reader(uri.parameters);
    while (const auto found = reader.next()) {
        if (iequals(found->name, "pn-provider") && !out.asks) {
            out.asks = true;
            out.provider = found->value;
        } else if (iequals(found->name, "pn-param") && out.param.empty()) {
            out.param = found->value;
        } else if (iequals(found->name, "pn-prid") && out.prid.empty()) {
            out.prid = found->value;
        } else if (iequals(found->name, "pn-purr") && out.purr.empty()) {
            out.purr = found->value;
        }
    }
    return out;
}

}  // namespace offhook::message
