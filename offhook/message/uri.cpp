#include "offhook/message/uri.hpp"

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <compare>
#include <initializer_list>

#include "offhook/base/address.hpp"
#include "offhook/message/grammar.hpp"
#include "offhook/message/parameters.hpp"
#include "offhook/message/scan.hpp"
#include "offhook/message/telephone.hpp"

namespace offhook::message {

namespace {

using grammar::Cursor;

using Checked = std::expected<void, ParseError>;

constexpr auto npos = std::string_view::npos;

// Characters of the class and complete %-escapes to the end of `text`, which stands at `offset`.
Checked check(std::string_view text, grammar::Class allowed, std::size_t offset, ErrorCode otherwise) {
    if (grammar::all(text, allowed)) return {};  // nearly always
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

Checked check_uri_parameters(std::string_view parameters, std::size_t offset) {
    for (std::size_t at = 0; at < parameters.size();) {
        ++at;  // the semicolon
        const std::size_t end = scan::find<';'>(parameters, at);
        const std::string_view one = parameters.substr(at, end - at);
        const std::size_t equals = scan::find<'='>(one);
        if (equals == 0 || equals + 1 == one.size()) return Cursor::fail(ErrorCode::bad_parameter, offset + at);
        auto checked = check(one.substr(0, equals), grammar::uri_param, offset + at, ErrorCode::bad_parameter);
        if (checked && equals < one.size())
            checked = check(one.substr(equals + 1), grammar::uri_param, offset + at + equals + 1, ErrorCode::bad_parameter);
        if (!checked) return checked;
        at = end;
    }
    return {};
}

Checked check_uri_headers(std::string_view headers, std::size_t offset) {
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
Checked read_sip(Uri& out, std::size_t at) {
    const std::string_view text = out.text;
    Cursor cursor{text, at};
    // An unescaped @ can only end the userinfo: neither parameters nor headers may hold one.
    if (const std::size_t mark = scan::find<'@'>(text, at); mark < text.size()) {
        out.has_user = true;
        const std::string_view userinfo = text.substr(at, mark - at);
        const std::size_t colon = scan::find<':'>(userinfo);
        out.user = userinfo.substr(0, colon);
        if (out.user.empty()) return cursor.fail(ErrorCode::bad_uri);
        auto checked = check(out.user, grammar::user, at, ErrorCode::bad_uri);
        if (checked && colon < userinfo.size()) {
            out.password = userinfo.substr(colon + 1);
            checked = check(out.password, grammar::password, at + colon + 1, ErrorCode::bad_uri);
        }
        if (!checked) return checked;
        cursor.at = mark + 1;
    }
    const auto host_port = grammar::take_host_port(cursor, /*blanks=*/false);
    if (!host_port) return std::unexpected(host_port.error());
    out.host = host_port->host;
    out.port = host_port->port;
    if (cursor.done()) return {};

    const std::size_t question = scan::find<'?'>(text, cursor.at);
    if (cursor.see(';')) {
        out.parameters = text.substr(cursor.at, question - cursor.at);
        if (const auto checked = check_uri_parameters(out.parameters, cursor.at); !checked) return checked;
        cursor.at = question;
    }
    if (cursor.eat('?')) {
        out.headers = cursor.rest();
        if (const auto checked = check_uri_headers(out.headers, cursor.at); !checked) return checked;
        cursor.at = text.size();
    }
    if (!cursor.done()) return cursor.fail(ErrorCode::bad_uri);
    return {};
}

constexpr bool is_separator(char c) { return c == '-' || c == '.' || c == '(' || c == ')'; }

// A local number without phone-context is read too: phones that dial "tel:112" are many.
Checked read_tel(Uri& out, std::size_t at) {
    const auto number = parse_telephone(out.text.substr(at), /*require_context=*/false);
    if (!number) return Cursor::fail(number.error().code, at + number.error().offset);
    out.user = number->number;
    out.parameters = number->parameters;
    return {};
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

// Any order in which what is the same is equal; `fold`: in any case.
std::strong_ordering order(std::string_view a, std::string_view b, bool fold) {
    const auto key = [fold](const Octet& octet) {
        const auto value = fold ? static_cast<unsigned char>(to_lower(static_cast<char>(octet.value))) : octet.value;
        return 2U * value + (octet.escaped ? 1U : 0U);
    };
    std::size_t i = 0, j = 0;
    while (i < a.size() && j < b.size())
        if (const auto differs = key(take_octet(a, i)) <=> key(take_octet(b, j)); differs != 0) return differs;
    return (i == a.size() ? 0 : 1) <=> (j == b.size() ? 0 : 1);
}

bool same(std::string_view a, std::string_view b, bool fold) { return order(a, b, fold) == 0; }

// RFC 5954 §4.2: IPv6 addresses are compared as 128 bits.
bool same_host(std::string_view a, std::string_view b) {
    if (iequals(a, b)) return true;
    if (!a.starts_with('[') || !b.starts_with('[')) return false;
    const auto x = IpAddress::parse(a), y = IpAddress::parse(b);
    return x && y && *x == *y;
}

struct Component {
    std::string_view name, value;
};
using Components = boost::container::small_vector<Component, 16>;

Components components_of(std::string_view text, char separator) {
    Components out;
    ParameterReader reader(text, separator);
    while (const auto found = reader.next()) out.push_back({found->name, found->value});
    return out;
}

// By name. §19.1.1 has each name once; of one that is there twice the first counts, as everywhere.
Components parameters_by_name(std::string_view text) {
    Components out = components_of(text, ';');
    std::ranges::sort(out, [](const Component& a, const Component& b) {
        const auto by_name = order(a.name, b.name, true);
        return by_name != 0 ? by_name < 0 : a.name.data() < b.name.data();
    });
    const auto again = std::ranges::unique(out, [](const Component& a, const Component& b) { return same(a.name, b.name, true); });
    out.erase(again.begin(), again.end());
    return out;
}

// Those that both have must match; those that one has alone must be of the kind that may be missing.
bool parameters_match(std::string_view a, std::string_view b) {
    const auto may_be_missing = [](const Component& one) {
        constexpr std::string_view never_ignored[] = {"user", "ttl", "method", "maddr", "transport"};
        return std::ranges::none_of(never_ignored, [&](std::string_view name) { return same(one.name, name, true); });
    };
    const Components mine = parameters_by_name(a), theirs = parameters_by_name(b);
    auto i = mine.begin();
    auto j = theirs.begin();
    while (i != mine.end() || j != theirs.end()) {
        const auto which = i == mine.end() ? std::strong_ordering::greater : j == theirs.end() ? std::strong_ordering::less : order(i->name, j->name, true);
        if (which == 0) {
            if (!same(i++->value, j++->value, true)) return false;
        } else if (!may_be_missing(which < 0 ? *i++ : *j++)) {
            return false;
        }
    }
    return true;
}

// §19.1.4: header components are never ignored; their order is.
bool headers_match(std::string_view a, std::string_view b) {
    Components mine = components_of(a, '&'), theirs = components_of(b, '&');
    if (mine.size() != theirs.size()) return false;
    const auto before = [](const Component& x, const Component& y) {
        const auto by_name = order(x.name, y.name, true);
        return by_name != 0 ? by_name < 0 : order(x.value, y.value, false) < 0;
    };
    for (Components* all : {&mine, &theirs}) std::ranges::sort(*all, before);
    return std::ranges::equal(mine, theirs, [](const Component& x, const Component& y) { return same(x.name, y.name, true) && same(x.value, y.value, false); });
}

// Into `out`, whose text is set: a Uri is large, and copied by nobody on the way up.
Checked read_uri(Uri& out) {
    const std::string_view text = out.text;
    Cursor cursor{text};
    if (!is_alpha(cursor.peek())) return cursor.fail(ErrorCode::bad_uri);
    while (is_alpha(cursor.peek()) || is_digit(cursor.peek()) || cursor.see('+') || cursor.see('-') || cursor.see('.')) ++cursor.at;
    if (!cursor.see(':')) return cursor.fail(ErrorCode::bad_uri);
    out.scheme_name = text.substr(0, cursor.at);
    ++cursor.at;
    if (iequals(out.scheme_name, "sip")) {
        out.scheme = Scheme::sip;
        return read_sip(out, cursor.at);
    }
    if (iequals(out.scheme_name, "sips")) {
        out.scheme = Scheme::sips;
        return read_sip(out, cursor.at);
    }
    if (iequals(out.scheme_name, "tel")) {
        out.scheme = Scheme::tel;
        return read_tel(out, cursor.at);
    }
    out.user = cursor.rest();
    const std::size_t from = cursor.at;
    cursor.take(grammar::visible);
    if (!cursor.done() || cursor.at == from) return cursor.fail(ErrorCode::bad_uri);
    return {};
}

}  // namespace

std::optional<std::string_view> Uri::parameter(std::string_view name) const { return message::parameter(parameters, name); }

std::expected<Uri, ParseError> parse_uri(std::string_view text) {
    std::expected<Uri, ParseError> uri;
    uri->text = text;
    if (const Checked read = read_uri(*uri); !read) uri = std::unexpected(read.error());
    return uri;
}

bool equivalent(const Uri& a, const Uri& b) {
    if (a.text == b.text) return true;
    if (a.scheme != b.scheme || a.scheme == Scheme::other) return false;
    if (a.scheme == Scheme::tel) {
        const auto x = parse_telephone(a.text.substr(a.scheme_name.size() + 1), false);
        const auto y = parse_telephone(b.text.substr(b.scheme_name.size() + 1), false);
        return x && y && equivalent(*x, *y);
    }
    return a.has_user == b.has_user && same(a.user, b.user, false) && (a.password.data() == nullptr) == (b.password.data() == nullptr) &&
           same(a.password, b.password, false) && same_host(a.host, b.host) && a.port == b.port &&
           parameters_match(a.parameters, b.parameters) && headers_match(a.headers, b.headers);
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
