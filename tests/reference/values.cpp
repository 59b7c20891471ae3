// Values of header fields by RFC 3261 §20 and §25.1.
#include "tests/reference/scanner.hpp"

namespace offhook::reference {

namespace {

template <class T>
Result<T> finish(const Scanner& scanner, const T& value) {
    if (!scanner.ok()) return std::unexpected(scanner.error());
    return value;
}

// generic-param = token [ EQUAL gen-value ]. Forgiven: brackets and colons anywhere in a value without quotes.
Parameter read_parameter(Scanner& scanner) {
    Parameter out;
    scanner.blanks();
    out.name = scanner.run(is_token);
    if (out.name.empty()) scanner.fail(ErrorCode::bad_parameter);
    scanner.blanks();
    if (!scanner.eat('=')) return out;
    out.has_value = true;
    scanner.blanks();
    if (scanner.octet() == '"') {
        out.value = scanner.quoted_string();
    } else {
        out.value = scanner.run([](int c) { return is_token(c) || is_one_of(c, "[]:"); });
        if (out.value.empty()) scanner.fail(ErrorCode::bad_parameter);
    }
    scanner.blanks();
    return out;
}

// 1*DIGIT, below 2^32.
std::uint64_t read_digits(Scanner& scanner, ErrorCode none) {
    const std::size_t at = scanner.at();
    const std::string_view digits = scanner.run(is_digit);
    if (digits.empty()) scanner.fail(none);
    std::uint64_t value = 0;
    for (const char c : digits) value = value > UINT32_MAX ? value : value * 10 + static_cast<std::uint64_t>(c - '0');
    if (value > UINT32_MAX) scanner.fail(ErrorCode::number_out_of_range, at);
    return value;
}

void read_brackets(Scanner& scanner, NameAddr& out) {
    const std::size_t open = scanner.at();
    scanner.eat('<');
    out.uri = scanner.run([](int c) { return c != '>'; });
    if (!scanner.eat('>')) return scanner.fail(ErrorCode::unterminated_angle, open);
    if (const auto uri = read_uri(out.uri); !uri) return scanner.fail(uri.error().code, open + 1 + uri.error().offset);
    out.parameters = read_parameters(scanner);
}

// addr-spec: §20.10 forbids comma, question mark and semicolon in it, so the last begins the parameters.
void read_bare(Scanner& scanner, NameAddr& out) {
    const std::size_t begin = scanner.at();
    out.uri = scanner.run([](int c) { return !is_one_of(c, ";,? \t\r\n"); });
    if (scanner.octet() == ',' || scanner.octet() == '?') return scanner.fail(ErrorCode::comma_needs_brackets);
    if (const auto uri = read_uri(out.uri); !uri) return scanner.fail(uri.error().code, begin + uri.error().offset);
    out.parameters = read_parameters(scanner);
}

}  // namespace

std::vector<Parameter> read_parameters(Scanner& scanner) {
    std::vector<Parameter> out;
    scanner.blanks();
    while (scanner.ok() && scanner.eat(';')) out.push_back(read_parameter(scanner));
    if (scanner.ok() && !scanner.done()) scanner.fail(ErrorCode::trailing_bytes);
    return out;
}

// name-addr = [ display-name ] LAQUOT addr-spec RAQUOT, or addr-spec. Forgiven: UTF-8 in a display name without quotes.
Result<NameAddr> read_name_addr(std::string_view text) {
    Scanner scanner(text);
    NameAddr out;
    scanner.blanks();
    if (scanner.octet() == '"') {
        out.display_name = scanner.quoted_string();
        scanner.blanks();
        if (scanner.octet() != '<') scanner.fail(ErrorCode::bad_name_addr);
        if (scanner.ok()) read_brackets(scanner, out);
        return finish(scanner, out);
    }
    const std::size_t begin = scanner.at();
    Scanner ahead = scanner;
    std::size_t stars = 0, others = 0;
    for (const char c : text) (c == '*' ? stars : others) += !is_one_of(c, " \t\r\n");
    if (stars == 1 && others == 0) scanner.fail(ErrorCode::bad_name_addr);  // the whole of a Contact, but no name and no address
    const std::string_view words = ahead.run([](int c) { return is_token(c) || is_one_of(c, " \t\r\n") || c >= 0x80; });
    if (ahead.octet() == '<') {
        std::size_t size = words.size();
        while (size > 0 && is_one_of(words[size - 1], " \t\r\n")) --size;
        std::size_t from = 0;
        while (from < size && is_one_of(words[from], " \t\r\n")) ++from;
        out.display_name = text.substr(begin + from, size - from);
        scanner = ahead;
        read_brackets(scanner, out);
    } else if (ahead.octet() == ':') {
        read_bare(scanner, out);
    } else {
        scanner.fail(ErrorCode::bad_name_addr, ahead.at());
    }
    return finish(scanner, out);
}

// via-parm = sent-protocol LWS sent-by *( SEMI via-params ); RFC 3581 §3 for rport.
Result<Via> read_via(std::string_view text) {
    Scanner scanner(text);
    Via out;
    for (const std::string_view part : {"SIP", "2.0"}) {
        scanner.blanks();
        const std::size_t at = scanner.at();
        if (!same_letters(scanner.run(is_token), part)) scanner.fail(ErrorCode::bad_via, at);
        scanner.blanks();
        if (!scanner.eat('/')) scanner.fail(ErrorCode::bad_via);
    }
    scanner.blanks();
    out.transport = scanner.run(is_token);
    if (out.transport.empty()) scanner.fail(ErrorCode::bad_via);
    const std::size_t before = scanner.at();
    scanner.blanks();
    if (scanner.at() == before) scanner.fail(ErrorCode::bad_via);
    if (!scanner.ok()) return std::unexpected(scanner.error());
    const HostPort host = read_host_port(scanner, true);
    out.host = host.host;
    out.port = host.port;
    out.parameters = read_parameters(scanner);
    for (const Parameter& one : out.parameters) {
        if (!scanner.ok() || !same_letters(one.name, "rport") || !one.has_value) continue;
        unsigned port = one.value.empty() ? 65'536 : 0;
        for (const char c : one.value) port = port > 65'535 || !is_digit(c) ? 65'536 : port * 10 + static_cast<unsigned>(c - '0');
        if (port > 65'535) scanner.fail(ErrorCode::bad_port, static_cast<std::size_t>(one.name.data() - text.data()));
    }
    return finish(scanner, out);
}

// CSeq = 1*DIGIT LWS Method; §8.1.1.5: below 2^31.
Result<CSeq> read_cseq(std::string_view text) {
    Scanner scanner(text);
    CSeq out;
    scanner.blanks();
    const std::size_t at = scanner.at();
    out.number = read_digits(scanner, ErrorCode::bad_cseq);
    if (out.number >= 0x8000'0000) scanner.fail(ErrorCode::number_out_of_range, at);
    const std::size_t before = scanner.at();
    scanner.blanks();
    if (scanner.at() == before) scanner.fail(ErrorCode::bad_cseq);
    out.method = scanner.run(is_token);
    if (out.method.empty()) scanner.fail(ErrorCode::bad_cseq);
    scanner.blanks();
    if (!scanner.done()) scanner.fail(ErrorCode::trailing_bytes);
    return finish(scanner, out);
}

Result<std::uint64_t> read_number(std::string_view text) {
    Scanner scanner(text);
    scanner.blanks();
    const std::uint64_t number = read_digits(scanner, ErrorCode::bad_number);
    scanner.blanks();
    if (!scanner.done()) scanner.fail(ErrorCode::trailing_bytes);
    return finish(scanner, number);
}

Result<TokenValue> read_token_value(std::string_view text) {
    Scanner scanner(text);
    TokenValue out;
    scanner.blanks();
    out.value = scanner.run(is_token);
    if (out.value.empty()) scanner.fail(ErrorCode::bad_token);
    out.parameters = read_parameters(scanner);
    return finish(scanner, out);
}

// callid = word [ "@" word ]
Result<std::string_view> read_call_id(std::string_view text) {
    Scanner scanner(text);
    if (scanner.run(is_word).empty()) scanner.fail(ErrorCode::bad_call_id);
    if (scanner.eat('@') && scanner.run(is_word).empty()) scanner.fail(ErrorCode::bad_call_id);
    if (!scanner.done()) scanner.fail(ErrorCode::bad_call_id);
    return finish(scanner, text);
}

// auth-scheme LWS auth-param *(COMMA auth-param). Forgiven: base64 and URIs as values without quotes, and no value after the equals
// sign, as old phones write them. RFC 7235 §2.1: another scheme may have one token68 instead.
Result<Credentials> read_credentials(std::string_view text) {
    Scanner scanner(text);
    Credentials out;
    scanner.blanks();
    out.scheme = scanner.run(is_token);
    if (out.scheme.empty() || !is_one_of(scanner.octet(), " \t\r\n")) scanner.fail(ErrorCode::bad_credentials);
    scanner.blanks();
    if (!scanner.ok()) return std::unexpected(scanner.error());
    if (scanner.done()) scanner.fail(ErrorCode::bad_credentials);
    bool bare = !same_letters(out.scheme, "Digest") && !scanner.done();
    for (const char c : scanner.rest()) bare = bare && !is_one_of(c, ",\" \t");
    if (bare) {
        out.token68 = scanner.rest();
        return out;
    }
    do {
        Parameter one;
        one.has_value = true;
        scanner.blanks();
        one.name = scanner.run(is_token);
        if (one.name.empty()) scanner.fail(ErrorCode::bad_parameter);
        scanner.blanks();
        if (!scanner.eat('=')) scanner.fail(ErrorCode::bad_parameter);
        scanner.blanks();
        if (scanner.octet() == '"') {
            one.value = scanner.quoted_string();
        } else {
            one.value = scanner.run([](int c) { return c > 0x20 && c < 0x7f && !is_one_of(c, "<>\",;"); });
        }
        scanner.blanks();
        out.parameters.push_back(one);
    } while (scanner.ok() && scanner.eat(','));
    if (scanner.ok() && !scanner.done()) scanner.fail(ErrorCode::bad_parameter);
    return finish(scanner, out);
}

}  // namespace offhook::reference
