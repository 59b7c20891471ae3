// RFC 3261 §25.1 SIP-URI and SIPS-URI, RFC 3966 §3 telephone-uri, RFC 3986 §3.2.2 for addresses in square brackets (RFC 5954).
#include "tests/reference/scanner.hpp"

namespace offhook::reference {

namespace {

// dec-octet "." dec-octet "." dec-octet "." dec-octet; a leading zero, which some read as octal, is none.
bool is_ipv4(std::string_view text) {
    Scanner scanner(text);
    for (int i = 0; i < 4; ++i) {
        if (i > 0 && !scanner.eat('.')) return false;
        const std::string_view digits = scanner.run(is_digit);
        if (digits.empty() || digits.size() > 3 || (digits.size() > 1 && digits[0] == '0')) return false;
        int value = 0;
        for (const char c : digits) value = value * 10 + (c - '0');
        if (value > 255) return false;
    }
    return scanner.done();
}

// Eight groups of one to four hexadecimal digits, the last two perhaps as IPv4 address; "::" stands once for one or more of them.
bool is_ipv6(std::string_view text) {
    Scanner scanner(text);
    int groups = 0;
    bool gap = false;
    if (scanner.octet() == ':') {
        if (scanner.octet(1) != ':') return false;
        scanner.step();
        scanner.step();
        gap = true;
        if (scanner.done()) return true;
    }
    for (;;) {
        const std::string_view rest = scanner.rest();
        const std::string_view digits = scanner.run(is_hex);
        if (scanner.octet() == '.') {
            if (!is_ipv4(rest)) return false;
            groups += 2;
            break;
        }
        if (digits.empty() || digits.size() > 4) return false;
        ++groups;
        if (scanner.done()) break;
        if (!scanner.eat(':')) return false;
        if (scanner.octet() == ':') {
            if (gap) return false;
            gap = true;
            scanner.step();
            if (scanner.done()) break;
        } else if (scanner.done()) {
            return false;
        }
    }
    return gap ? groups <= 7 : groups == 8;
}

// hostname: labels with dots between, perhaps a dot at the end. Forgiven: underscores, a hyphen at the end of a label, a last label
// that begins with a digit. But digits alone are no name: the whole is an IPv4 address then.
bool is_host(std::string_view text) {
    bool digits = true, empty = true;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '.') {
            if (empty) return false;
            if (i + 1 == text.size()) return !digits;
            digits = empty = true;
        } else {
            empty = false;
            digits = digits && is_digit(text[i]);
        }
    }
    if (empty) return false;
    return !digits || is_ipv4(text);
}

// Octets of a class and escapes ("%" HEXDIG HEXDIG), all of `text`, which stands at `offset`.
template <class Class>
void check(Scanner& scanner, std::string_view text, std::size_t offset, Class wanted, ErrorCode otherwise) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return scanner.fail(ErrorCode::bad_escape, offset + i);
            i += 2;
        } else if (!wanted(static_cast<unsigned char>(text[i]))) {
            return scanner.fail(otherwise, offset + i);
        }
    }
}

// One "name=value", or a name alone where that may be.
template <class Class>
void check_pair(Scanner& scanner, std::string_view text, std::size_t offset, Class wanted, bool value_needed, bool value_may_be_empty,
                ErrorCode code) {
    std::size_t equals = 0;
    while (equals < text.size() && text[equals] != '=') ++equals;
    const bool has_value = equals < text.size();
    const bool empty_value = has_value && equals + 1 == text.size();
    if (equals == 0 || (value_needed && !has_value) || (empty_value && !value_may_be_empty)) return scanner.fail(code, offset);
    check(scanner, text.substr(0, equals), offset, wanted, code);
    if (has_value) check(scanner, text.substr(equals + 1), offset + equals + 1, wanted, code);
}

void read_uri_parameters(Scanner& scanner, Uri& out) {
    const std::size_t begin = scanner.at();
    while (scanner.ok() && scanner.eat(';')) {
        const std::size_t at = scanner.at();
        const std::string_view one = scanner.run([](int c) { return c != ';' && c != '?'; });
        check_pair(scanner, one, at, is_uri_parameter, false, false, ErrorCode::bad_parameter);
    }
    out.parameters = scanner.from(begin);
}

void read_uri_headers(Scanner& scanner, Uri& out) {
    if (!scanner.eat('?')) return;
    out.headers = scanner.rest();
    do {
        const std::size_t at = scanner.at();
        const std::string_view one = scanner.run([](int c) { return c != '&'; });
        check_pair(scanner, one, at, is_uri_header, true, true, ErrorCode::bad_uri);
    } while (scanner.ok() && scanner.eat('&'));
}

// userinfo "@": neither what stands before nor behind it may hold an @ without escape.
void read_userinfo(Scanner& scanner, Uri& out) {
    const std::string_view rest = scanner.rest();
    std::size_t mark = 0;
    while (mark < rest.size() && rest[mark] != '@') ++mark;
    if (mark == rest.size()) return;
    out.has_user = true;
    const std::size_t at = scanner.at();
    out.user = scanner.run([](int c) { return c != ':' && c != '@'; });
    if (out.user.empty()) scanner.fail(ErrorCode::bad_uri);
    check(scanner, out.user, at, is_user, ErrorCode::bad_uri);
    if (scanner.eat(':')) {
        out.has_password = true;
        const std::size_t password = scanner.at();
        out.password = scanner.run([](int c) { return c != '@'; });
        check(scanner, out.password, password, is_password, ErrorCode::bad_uri);
    }
    scanner.eat('@');
}

void read_sip(Scanner& scanner, Uri& out) {
    read_userinfo(scanner, out);
    if (!scanner.ok()) return;
    const HostPort host = read_host_port(scanner, false);
    out.host = host.host;
    out.port = host.port;
    const bool parameters = scanner.octet() == ';';
    read_uri_parameters(scanner, out);
    if (!parameters) out.parameters = {};
    read_uri_headers(scanner, out);
    if (scanner.ok() && !scanner.done()) scanner.fail(ErrorCode::bad_uri);
}

// RFC 3966 §3 *phonedigit with at least one digit among the visual separators.
void read_digits(Scanner& scanner, std::string_view text, std::size_t offset, bool local, ErrorCode code) {
    bool digits = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool digit = is_digit(text[i]) || (local && (is_hex(text[i]) || text[i] == '*' || text[i] == '#'));
        if (!digit && !is_one_of(text[i], "-.()")) return scanner.fail(code, offset + i);
        digits = digits || digit;
    }
    if (!digits) scanner.fail(code, offset);
}

// domainname = *( domainlabel "." ) toplabel [ "." ], here without what is forgiven of a host.
bool is_domain_name(std::string_view text) {
    Scanner scanner(text);
    for (;;) {
        const std::string_view label = scanner.run([](int c) { return is_alphanum(c) || c == '-'; });
        if (label.empty() || label.front() == '-' || label.back() == '-') return false;
        const bool dot = scanner.eat('.');
        if (scanner.done()) return is_alpha(label.front());
        if (!dot) return false;
    }
}

// par = parameter / extension / isdn-subaddress, or context: the names once each, an extension or a subaddress but not both.
void read_tel_parameter(Scanner& scanner, std::vector<std::string_view>& names) {
    const std::size_t at = scanner.at();
    const std::string_view one = scanner.run([](int c) { return c != ';'; });
    std::size_t equals = 0;
    while (equals < one.size() && one[equals] != '=') ++equals;
    const std::string_view name = one.substr(0, equals);
    if (name.empty()) return scanner.fail(ErrorCode::bad_parameter, at);
    for (std::size_t i = 0; i < name.size(); ++i)
        if (!is_alphanum(name[i]) && name[i] != '-') return scanner.fail(ErrorCode::bad_parameter, at + i);
    const bool has_value = equals < one.size();
    const std::string_view value = has_value ? one.substr(equals + 1) : std::string_view();
    const std::size_t value_at = at + equals + (has_value ? 1 : 0);
    const bool extension = same_letters(name, "ext"), subaddress = same_letters(name, "isub");
    for (const std::string_view before : names) {
        if (same_letters(before, name)) return scanner.fail(ErrorCode::repeated_parameter, at);
    }
    for (const std::string_view before : names)
        if ((extension && same_letters(before, "isub")) || (subaddress && same_letters(before, "ext")))
            return scanner.fail(ErrorCode::two_extensions, at);
    names.push_back(name);
    if (extension) return read_digits(scanner, value, value_at, false, ErrorCode::bad_parameter);
    if (same_letters(name, "phone-context")) {
        if (!value.empty() && value[0] == '+') return read_digits(scanner, value.substr(1), value_at + 1, false, ErrorCode::bad_phone_context);
        if (!is_domain_name(value)) scanner.fail(ErrorCode::bad_phone_context, value_at);
        return;
    }
    if (!has_value && !subaddress) return;
    if (value.empty()) return scanner.fail(ErrorCode::bad_parameter, value_at);
    const std::string_view more = subaddress ? "/?:@&=+$," : "[]/:&+$";
    check(
        scanner, value, value_at, [&](int c) { return is_unreserved(c) || is_one_of(c, more); }, ErrorCode::bad_parameter);
}

// telephone-subscriber = global-number / local-number. Forgiven: a local number without phone-context, as phones dial; parameters in
// any order.
void read_tel(Scanner& scanner, Uri& out) {
    const std::size_t at = scanner.at();
    out.user = scanner.run([](int c) { return c != ';'; });
    if (!out.user.empty() && out.user[0] == '+') {
        read_digits(scanner, out.user.substr(1), at + 1, false, ErrorCode::bad_telephone_number);
    } else {
        read_digits(scanner, out.user, at, true, ErrorCode::bad_telephone_number);
    }
    out.parameters = scanner.rest();
    std::vector<std::string_view> names;
    while (scanner.ok() && scanner.eat(';')) read_tel_parameter(scanner, names);
}

}  // namespace

HostPort read_host_port(Scanner& scanner, bool blanks) {
    HostPort out;
    const std::size_t begin = scanner.at();
    bool good = false;
    if (scanner.eat('[')) {
        const std::string_view inside = scanner.run([](int c) { return c != ']'; });
        good = scanner.eat(']') && is_ipv6(inside);
    } else {
        scanner.run([](int c) { return is_alphanum(c) || is_one_of(c, "-._"); });
        good = is_host(scanner.from(begin));
    }
    out.host = scanner.from(begin);
    if (!good) scanner.fail(ErrorCode::bad_host, begin);
    Scanner ahead = scanner;
    if (blanks) ahead.blanks();
    if (!ahead.eat(':')) return out;
    scanner = ahead;
    if (blanks) scanner.blanks();
    const std::size_t at = scanner.at();
    for (const char c : scanner.run(is_digit)) out.port = out.port > 65'535 ? out.port : out.port * 10 + static_cast<unsigned>(c - '0');
    if (out.port < 1 || out.port > 65'535) scanner.fail(ErrorCode::bad_port, at);
    return out;
}

Result<Uri> read_uri(std::string_view text) {
    Scanner scanner(text);
    Uri out;
    if (is_alpha(scanner.octet())) scanner.run([](int c) { return is_alphanum(c) || is_one_of(c, "+-."); });
    out.scheme = scanner.from(0);
    if (out.scheme.empty() || !scanner.eat(':')) scanner.fail(ErrorCode::bad_uri);
    if (same_letters(out.scheme, "sip") || same_letters(out.scheme, "sips")) {
        read_sip(scanner, out);
    } else if (same_letters(out.scheme, "tel")) {
        read_tel(scanner, out);
    } else if (scanner.ok()) {
        // Of another scheme only that it is printed characters without delimiters of text.
        out.user = scanner.run([](int c) { return c > 0x20 && c < 0x7f && !is_one_of(c, "<>\""); });
        if (out.user.empty() || !scanner.done()) scanner.fail(ErrorCode::bad_uri);
    }
    if (!scanner.ok()) return std::unexpected(scanner.error());
    return out;
}

}  // namespace offhook::reference
