#include "offhook/message/security_agreement.hpp"

#include "offhook/message/grammar.hpp"

namespace offhook::message {

namespace {

using grammar::Cursor;

constexpr std::size_t verify_digits = 32;  // §2.2: 32LHEX

// The first place where it is not 32 digits of 0-9 and a-f; its end if that is what it is.
std::size_t end_of_digits(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size() && at < verify_digits && grammar::is(text[at], grammar::hexadecimal) && to_lower(text[at]) == text[at]) ++at;
    return at;
}

}  // namespace

std::expected<SecurityMechanism, ParseError> parse_security_mechanism(std::string_view text) {
    const auto value = parse_token_value(text);
    if (!value) return std::unexpected(value.error());
    SecurityMechanism out{*value};
    out.kind = grammar::named<SecurityMechanism::Kind>(out.value, {"digest", "tls", "ipsec-ike", "ipsec-man"});
    if (const auto written = out.parameter("q")) {
        const auto q = parse_qvalue(*written);
        if (!q) return Cursor::fail(q.error().code, grammar::offset_in(text, *written) + q.error().offset);
        out.q = *q;
    }
    out.algorithm = out.parameter("d-alg").value_or(std::string_view());
    out.qop = out.parameter("d-qop").value_or(std::string_view());
    if (const auto digits = out.parameter("d-ver")) {
        const std::size_t end = end_of_digits(*digits);
        if (end != verify_digits || digits->size() != verify_digits)
            return Cursor::fail(ErrorCode::bad_hexadecimal, grammar::offset_in(text, *digits) + end);
        out.verify = *digits;
    }
    return out;
}

void append_security_mechanism(std::string& out, const SecurityMechanism& mechanism) {
    out.append(mechanism.value);
    if (mechanism.q) append_qvalue(out.append(";q="), *mechanism.q);
    append_parameter(out, "d-alg", mechanism.algorithm);
    append_parameter(out, "d-qop", mechanism.qop);
    if (!mechanism.verify.empty()) out.append(";d-ver=\"").append(mechanism.verify).append("\"");
}

}  // namespace offhook::message
