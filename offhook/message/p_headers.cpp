#include "offhook/message/p_headers.hpp"

#include "offhook/base/address.hpp"
#include "offhook/message/grammar.hpp"

namespace offhook::message {

namespace {

using grammar::Cursor;

bool is_location(std::string_view name) {
    for (const std::string_view one : {"cgi-3gpp", "utran-cell-id-3gpp", "utran-sai-3gpp", "dsl-location", "i-wlan-node-id", "ci-3gpp2",
                                       "ci-3gpp2-femto", "eth-location", "fiber-location", "gstn-location", "dvb-rcs2-node-id"})
        if (iequals(one, name)) return true;
    return false;
}

// The constant for a parameter's value into `out`; a value that is not one of the names is an error, absence is none.
template <class Enum>
std::expected<void, ParseError> read_choice(std::string_view text, const NameAddr& value, std::string_view name,
                                            std::initializer_list<std::string_view> names, Enum& out) {
    const auto written = value.parameter(name);
    if (!written) return {};
    out = grammar::named<Enum>(*written, names);
    if (out == Enum::none) return Cursor::fail(ErrorCode::bad_parameter, grammar::offset_in(text, *written));
    return {};
}

}  // namespace

std::expected<AccessNetwork, ParseError> parse_access_network(std::string_view text) {
    Cursor cursor{text};
    AccessNetwork out;
    cursor.skip_lws();
    out.value = cursor.take(grammar::token);
    if (out.value.empty()) return cursor.fail(ErrorCode::bad_token);
    cursor.skip_lws();
    out.parameters = cursor.rest();
    while (cursor.eat(';')) {
        cursor.skip_lws();
        if (cursor.see('"')) {  // extension-access-info may be a quoted string without a name
            if (const auto inside = cursor.quoted(); !inside) return std::unexpected(inside.error());
            cursor.skip_lws();
        } else if (const auto skipped = grammar::skip_parameter(cursor); !skipped) {
            return std::unexpected(skipped.error());
        }
    }
    if (!cursor.done()) return cursor.fail(ErrorCode::trailing_bytes);
    ParameterReader reader(out.parameters);
    while (const auto one = reader.next()) {
        if (out.location.empty() && is_location(one->name)) out.location = one->value;
        if (iequals(one->name, "network-provided")) out.network_provided = true;
    }
    return out;
}

std::expected<ServedUser, ParseError> parse_served_user(std::string_view text) {
    const auto user = parse_name_addr(text);
    if (!user) return std::unexpected(user.error());
    ServedUser out{*user};
    if (const auto ok = read_choice(text, out, "sescase", {"orig", "term"}, out.session); !ok) return std::unexpected(ok.error());
    if (const auto ok = read_choice(text, out, "regstate", {"unreg", "reg"}, out.registration); !ok) return std::unexpected(ok.error());
    out.diverting = out.parameter("orig-cdiv").has_value();
    return out;
}

std::expected<EarlyMedia, ParseError> parse_early_media(std::string_view text) {
    const auto token = parse_token(text);
    if (!token) return std::unexpected(token.error());
    return EarlyMedia{grammar::named<EarlyMedia::Kind>(*token, {"sendrecv", "sendonly", "recvonly", "inactive", "gated", "supported"}), *token};
}

std::expected<std::string_view, ParseError> parse_service_id(std::string_view text) {
    constexpr std::string_view prefix = "urn:urn-7:";
    if (!iequals(text.substr(0, prefix.size()), prefix)) return Cursor::fail(ErrorCode::bad_service, 0);
    std::size_t label = prefix.size();  // labels of letters, digits and hyphens, with dots between
    for (std::size_t i = label; i <= text.size(); ++i) {
        const bool dot = i == text.size() || text[i] == '.';
        if (dot ? i == label : !is_alpha(text[i]) && !is_digit(text[i]) && text[i] != '-') return Cursor::fail(ErrorCode::bad_service, i);
        if (dot) label = i + 1;
    }
    return text.substr(prefix.size());
}

std::expected<PrivateNetwork, ParseError> parse_private_network(std::string_view text) {
    Cursor cursor{text};
    cursor.skip_lws();
    const std::size_t from = cursor.at;
    const auto host = grammar::take_host_port(cursor, /*blanks=*/false);
    if (!host) return std::unexpected(host.error());
    if (IpAddress::parse(host->host)) return Cursor::fail(ErrorCode::bad_host, from);  // PNI-value is a name
    if (host->port != 0) return Cursor::fail(ErrorCode::trailing_bytes, from + host->host.size());
    const auto parameters = grammar::take_parameters(cursor);
    if (!parameters) return std::unexpected(parameters.error());
    return PrivateNetwork{host->host, *parameters};
}

std::expected<std::string_view, ParseError> parse_media_authorization(std::string_view text) {
    Cursor cursor{text};
    cursor.take(grammar::hexadecimal);
    if (cursor.at == 0 || !cursor.done()) return cursor.fail(ErrorCode::bad_hexadecimal);
    return text;
}

}  // namespace offhook::message
