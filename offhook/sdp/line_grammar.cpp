#include "offhook/sdp/line_grammar.hpp"

#include <algorithm>

#include "offhook/base/address.hpp"
#include "offhook/sdp/scan.hpp"

namespace offhook::sdp {

namespace {

bool is_name(std::string_view text) {
    // FQDN = 4*(alpha-numeric / "-" / "."); "localhost" and "h" are names as well.
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return is_alphanumeric(c) || c == '-' || c == '.'; });
}

bool typed_time(Scan& scan) {
    if (scan.run(is_digit).empty()) return false;
    for (const char unit : {'d', 'h', 'm', 's'})
        if (scan.eat(unit)) break;
    return true;
}

bool email_safe(char c) { return std::string_view("()<>").find(c) == std::string_view::npos; }

/// A number, an optional plus before it: ["+"] DIGIT 1*(SP / "-" / DIGIT)
bool phone(Scan& scan) {
    scan.eat('+');
    if (scan.done() || !scan.run(is_digit).size()) return false;
    scan.run([](char c) { return is_digit(c) || c == ' ' || c == '-'; });
    return true;
}

}  // namespace

Mistake check_unicast_address(std::string_view address_type, std::string_view address) {
    if (address_type != "IP4" && address_type != "IP6") return std::nullopt;  // extn-addr: any visible characters
    if (const std::size_t slash = address.find('/'); slash != std::string_view::npos) return slash;
    const auto ip = IpAddress::parse(address);
    if (ip && address.starts_with('[')) return 0;
    if (ip) return ip->is_v6() == (address_type == "IP6") ? Mistake{} : 0;
    return is_name(address) ? Mistake{} : 0;
}

Mistake check_connection_address(std::string_view address_type, std::string_view address) {
    const std::size_t slash = std::min(address.find('/'), address.size());
    const auto ip = IpAddress::parse(address.substr(0, slash));
    const bool v6 = address_type == "IP6";
    if (!ip || !ip->is_multicast() || (address_type != "IP4" && !v6)) return check_unicast_address(address_type, address);
    if (ip->is_v6() != v6) return 0;
    Scan scan(address);
    scan.back_to(slash);
    // An IPv4 group needs its time to live, an IPv6 group must have none; the number of addresses is optional for both.
    if (!v6) {
        if (!scan.eat('/') || !scan.number<unsigned>(0, 255)) return scan.at();
    }
    if (scan.eat('/') && !scan.number<std::uint32_t>(1, UINT32_MAX)) return scan.at();
    return scan.done() ? Mistake{} : scan.at();
}

Mistake check_time(std::string_view value) {
    if (value == "0") return std::nullopt;
    return value.size() >= 10 && value.front() != '0' ? Mistake{} : 0;
}

Mistake check_repeat(std::string_view value) {
    Scan scan(value);
    if (scan.next_is('0') || !typed_time(scan)) return scan.at();
    int times = 0;
    while (scan.blank()) {
        if (!typed_time(scan)) return scan.at();
        ++times;
    }
    return scan.done() && times >= 2 ? Mistake{} : scan.at();
}

Mistake check_zones(std::string_view value) {
    Scan scan(value);
    do {
        const std::size_t begin = scan.at();
        if (check_time(scan.run(is_digit))) return begin;
        if (!scan.blank()) return scan.at();
        scan.eat('-');
        if (!typed_time(scan)) return scan.at();
    } while (scan.blank());
    return scan.done() ? Mistake{} : scan.at();
}

Mistake check_key(std::string_view value) {
    if (value == "prompt") return std::nullopt;
    for (const std::string_view method : {"clear:", "base64:", "uri:"})
        if (value.starts_with(method)) return value.size() > method.size() || method == "base64:" ? Mistake{} : value.size();
    return 0;
}

Mistake check_email(std::string_view value) {
    const std::size_t at = value.find('@');
    return at != std::string_view::npos && at > 0 && at + 1 < value.size() ? Mistake{} : 0;
}

Mistake check_phone(std::string_view value) {
    Scan scan(value);
    const std::size_t angle = value.find('<');
    if (angle == std::string_view::npos) {  // phone, or phone and a comment
        if (!phone(scan)) return scan.at();
        if (scan.eat('(') && (scan.run(email_safe).empty() || !scan.eat(')'))) return scan.at();
        return scan.done() ? Mistake{} : scan.at();
    }
    if (scan.run(email_safe).empty() || !scan.eat('<') || !phone(scan) || !scan.eat('>')) return scan.at();
    return scan.done() ? Mistake{} : scan.at();
}

Mistake check_protocol(std::string_view value) {
    Scan scan(value);
    do {
        if (scan.token().empty()) return scan.at();
    } while (scan.eat('/'));
    return scan.done() ? Mistake{} : scan.at();
}

}  // namespace offhook::sdp
