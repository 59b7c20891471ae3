#include "offhook/message/uri.hpp"

#include "offhook/base/address.hpp"
#include "offhook/message/grammar.hpp"
#include "offhook/message/parameters.hpp"

namespace offhook::message {

namespace {

using grammar::Cursor;

constexpr auto npos = std::string_view::npos;

// Characters of the class and complete %-escapes to the end of `text`, which stands at `offset`.
std::expected<void, ParseError> check(std::string_view text, grammar::Class allowed, std::size_t offset, ErrorCode otherwise) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            if (i + 2 >= text.size() || hex_value(text[i + 1]) < 0 || hex_value(text[i + 2]) < 0)
                return Cursor::fail(ErrorCode::bad_escape, offset + i);
            i += 2;
        } else if (!grammar::is(text[i], allowed)) {
            return Cursor::fail(otherwise, offset + i);
        }
    }
    return {};
}

std::expected<void, ParseError> check_uri_parameters(std::string_view parameters, std::size_t offset) {
    for (std::size_t at = 0; at < parameters.size();) {
        ++at;  // the semicolon
        const std::size_t end = std::min(parameters.find(';', at), parameters.size());
        const std::string_view one = parameters.substr(at, end - at);
        const std::size_t equals = std::min(one.find('='), one.size());
        if (equals == 0 || equals + 1 == one.size()) return Cursor::fail(ErrorCode::bad_parameter, offset + at);
        auto checked = check(one.substr(0, equals), grammar::uri_param, offset + at, ErrorCode::bad_parameter);
        if (checked && equals < one.size())
            checked = check(one.substr(equals + 1), grammar::uri_param, offset + at + equals + 1, ErrorCode::bad_parameter);
        if (!checked) return checked;
        at = end;
    }
    return {};
}

std::expected<void, ParseError> check_uri_headers(std::string_view headers, std::size_t offset) {
    for (std::size_t at = 0; at <= headers.size();) {
        const std::size_t end = std::min(headers.find('&', at), headers.size());
        const std::string_view one = headers.substr(at, end - at);
        const std::size_t equals = one.find('=');
        if (equals == 0 || equals == npos) return Cursor::fail(ErrorCode::bad_uri, offset + at);
        auto checked = check(one.substr(0, equals), grammar::uri_header, offset + at, ErrorCode::bad_uri);
        if (checked) checked = check(one.substr(equals + 1), grammar::uri_header, offset + at + equals + 1, ErrorCode::bad_uri);
        if (!checked) return checked;
        at = end + 1;
    }
    return {};
}

// RFC 3261 §25.1 SIP-URI after the colon, which stands before `at`.
std::expected<Uri, ParseError> parse_sip(Uri out, std::size_t at) {
    const std::string_view text = out.text;
    Cursor cursor{text, at};
    // An unescaped @ can only end the userinfo: neither parameters nor headers may hold one.
    if (const std::size_t mark = text.find('@', at); mark != npos) {
        out.has_user = true;
        const std::string_view userinfo = text.substr(at, mark - at);
        const std::size_t colon = std::min(userinfo.find(':'), userinfo.size());
        out.user = userinfo.substr(0, colon);
        if (out.user.empty()) return cursor.fail(ErrorCode::bad_uri);
        auto checked = check(out.user, grammar::user, at, ErrorCode::bad_uri);
        if (checked && colon < userinfo.size()) {
            out.password = userinfo.substr(colon + 1);
            checked = check(out.password, grammar::password, at + colon + 1, ErrorCode::bad_uri);
        }
        if (!checked) return std::unexpected(checked.error());
        cursor.at = mark + 1;
    }
    const auto host_port = grammar::take_host_port(cursor, /*blanks=*/false);
    if (!host_port) return std::unexpected(host_port.error());
    out.host = host_port->host;
    out.port = host_port->port;

    const std::size_t question = std::min(text.find('?', cursor.at), text.size());
    if (cursor.see(';')) {
        out.parameters = text.substr(cursor.at, question - cursor.at);
        if (const auto checked = check_uri_parameters(out.parameters, cursor.at); !checked) return std::unexpected(checked.error());
        cursor.at = question;
    }
    if (cursor.eat('?')) {
        out.headers = cursor.rest();
        if (const auto checked = check_uri_headers(out.headers, cursor.at); !checked) return std::unexpected(checked.error());
        cursor.at = text.size();
    }
    if (!cursor.done()) return cursor.fail(ErrorCode::bad_uri);
    return out;
}

constexpr bool is_separator(char c) { return c == '-' || c == '.' || c == '(' || c == ')'; }

// RFC 3966 §3. A local number without phone-context is read too: phones that dial "tel:112" are many.
std::expected<Uri, ParseError> parse_tel(Uri out, std::size_t at) {
    const std::string_view text = out.text;
    const std::size_t end = std::min(text.find(';', at), text.size());
    out.user = text.substr(at, end - at);
    const bool global = out.user.starts_with('+');
    bool digits = false;
    for (std::size_t i = global ? 1 : 0; i < out.user.size(); ++i) {
        const char c = out.user[i];
        const bool digit = is_digit(c) || (!global && (hex_value(c) >= 0 || c == '*' || c == '#'));
        digits = digits || digit;
        if (!digit && !is_separator(c)) return Cursor::fail(ErrorCode::bad_uri, at + i);
    }
    if (!digits) return Cursor::fail(ErrorCode::bad_uri, at);
    out.parameters = text.substr(end);
    if (const auto checked = check_uri_parameters(out.parameters, end); !checked) return std::unexpected(checked.error());
    return out;
}

// What a comparison sees at one place: an octet, and whether it was an escape that is not the same as the octet itself.
struct Octet {
    unsigned char value;
    bool escaped;
};

// §19.1.4: "characters other than those in the reserved set are equivalent to their %-escapes"; RFC 2396 §2.2 has the set.
constexpr bool is_reserved(unsigned char c) { return std::string_view(";/?:@&=+$,").find(static_cast<char>(c)) != npos; }

Octet take_octet(std::string_view text, std::size_t& at) {
    if (text[at] == '%' && at + 2 < text.size() && hex_value(text[at + 1]) >= 0 && hex_value(text[at + 2]) >= 0) {
        const auto value = static_cast<unsigned char>(hex_value(text[at + 1]) * 16 + hex_value(text[at + 2]));
        at += 3;
        return {value, is_reserved(value)};
    }
    return {static_cast<unsigned char>(text[at++]), false};
}

bool same(std::string_view a, std::string_view b, bool fold) {
    std::size_t i = 0, j = 0;
    while (i < a.size() && j < b.size()) {
        const Octet x = take_octet(a, i), y = take_octet(b, j);
        const bool equal = x.value == y.value || (fold && to_lower(static_cast<char>(x.value)) == to_lower(static_cast<char>(y.value)));
        if (!equal || x.escaped != y.escaped) return false;
    }
    return i == a.size() && j == b.size();
}

// RFC 5954 §4.2: IPv6 addresses are compared as 128 bits.
bool same_host(std::string_view a, std::string_view b) {
    if (iequals(a, b)) return true;
    if (!a.starts_with('[') || !b.starts_with('[')) return false;
    const auto x = IpAddress::parse(a), y = IpAddress::parse(b);
    return x && y && *x == *y;
}

std::optional<Parameter> find_parameter(std::string_view parameters, std::string_view name) {
    ParameterReader reader(parameters);
    while (const auto found = reader.next())
        if (same(found->name, name, true)) return found;
    return std::nullopt;
}

// Those of a that b has too must match; those of a that b has not must be of the kind that may be missing.
bool parameters_match(std::string_view a, std::string_view b, bool all_count) {
    constexpr std::string_view never_ignored[] = {"user", "ttl", "method", "maddr", "transport"};
    ParameterReader reader(a);
    while (const auto mine = reader.next()) {
        const auto theirs = find_parameter(b, mine->name);
        if (theirs) {
            if (!same(mine->value, theirs->value, true)) return false;
            continue;
        }
        if (all_count) return false;
        for (const std::string_view name : never_ignored)
            if (same(mine->name, name, true)) return false;
    }
    return true;
}

// §19.1.4: header components are never ignored; their order is.
bool headers_match(std::string_view a, std::string_view b) {
    const auto count = [](std::string_view headers, const Parameter& wanted) {
        std::size_t n = 0;
        ParameterReader reader(headers, '&');
        while (const auto found = reader.next()) n += same(found->name, wanted.name, true) && same(found->value, wanted.value, false);
        return n;
    };
    std::size_t in_a = 0, in_b = 0;
    ParameterReader theirs(b, '&');
    while (theirs.next()) ++in_b;
    ParameterReader mine(a, '&');
    while (const auto header = mine.next()) {
        ++in_a;
        if (count(a, *header) != count(b, *header)) return false;
    }
    return in_a == in_b;
}

// RFC 3966 §4: visual separators do not count, digits and parameters in any case.
bool same_number(std::string_view a, std::string_view b) {
    std::size_t i = 0, j = 0;
    for (;;) {
        while (i < a.size() && is_separator(a[i])) ++i;
        while (j < b.size() && is_separator(b[j])) ++j;
        if (i == a.size() || j == b.size()) return i == a.size() && j == b.size();
        if (to_lower(a[i++]) != to_lower(b[j++])) return false;
    }
}

}  // namespace

std::optional<std::string_view> Uri::parameter(std::string_view name) const { return message::parameter(parameters, name); }

std::expected<Uri, ParseError> parse_uri(std::string_view text) {
    Cursor cursor{text};
    if (!is_alpha(cursor.peek())) return cursor.fail(ErrorCode::bad_uri);
    while (is_alpha(cursor.peek()) || is_digit(cursor.peek()) || cursor.see('+') || cursor.see('-') || cursor.see('.')) ++cursor.at;
    if (!cursor.see(':')) return cursor.fail(ErrorCode::bad_uri);
    Uri out;
    out.text = text;
    out.scheme_name = text.substr(0, cursor.at);
    ++cursor.at;
    if (iequals(out.scheme_name, "sip")) {
        out.scheme = Scheme::sip;
        return parse_sip(out, cursor.at);
    }
    if (iequals(out.scheme_name, "sips")) {
        out.scheme = Scheme::sips;
        return parse_sip(out, cursor.at);
    }
    if (iequals(out.scheme_name, "tel")) {
        out.scheme = Scheme::tel;
        return parse_tel(out, cursor.at);
    }
    out.user = cursor.rest();
    const std::size_t from = cursor.at;
    cursor.take(grammar::visible);
    if (!cursor.done() || cursor.at == from) return cursor.fail(ErrorCode::bad_uri);
    return out;
}

bool equivalent(const Uri& a, const Uri& b) {
    if (a.text == b.text) return true;
    if (a.scheme != b.scheme || a.scheme == Scheme::other) return false;
    if (a.scheme == Scheme::tel)
        return same_number(a.user, b.user) && parameters_match(a.parameters, b.parameters, true) &&
               parameters_match(b.parameters, a.parameters, true);
    return a.has_user == b.has_user && same(a.user, b.user, false) && (a.password.data() == nullptr) == (b.password.data() == nullptr) &&
           same(a.password, b.password, false) && same_host(a.host, b.host) && a.port == b.port &&
           parameters_match(a.parameters, b.parameters, false) && parameters_match(b.parameters, a.parameters, false) &&
           headers_match(a.headers, b.headers);
}

std::string unescape(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) out += static_cast<char>(take_octet(text, at).value);
    return out;
}

namespace {

// Octets that may stand bare in a user part do, all others as %-escapes in upper case: one spelling for each user.
void append_canonical_user(std::string& out, std::string_view user) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (std::size_t at = 0; at < user.size();) {
        const unsigned char c = take_octet(user, at).value;
        if (grammar::is(static_cast<char>(c), grammar::user)) {
            out += static_cast<char>(c);
        } else {
            out += {'%', digits[c >> 4], digits[c & 15]};
        }
    }
}

}  // namespace

std::string address_of_record(const Uri& uri) {
    std::string out;
    if (uri.scheme == Scheme::other) return std::string(uri.text);
    if (uri.scheme == Scheme::tel) {
        for (const char c : uri.user)
            if (!is_separator(c)) out += to_lower(c);
        return out;
    }
    out.reserve(uri.user.size() + uri.host.size() + 1);
    if (uri.has_user) {
        append_canonical_user(out, uri.user);
        out += '@';
    }
    if (uri.host.starts_with('[')) {
        if (const auto address = IpAddress::parse(uri.host)) {
            address->append_uri_host(out);
            return out;
        }
    }
    for (const char c : uri.host) out += to_lower(c);
    return out;
}

}  // namespace offhook::message
