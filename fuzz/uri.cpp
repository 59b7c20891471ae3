// Any two lines as URIs: read, put together again from their parts, compared by §19.1.4, made canonical.
#include "offhook/message/uri.hpp"

#include <string>

#include "fuzz/promise.hpp"
#include "fuzz/targets.hpp"
#include "offhook/base/text.hpp"
#include "offhook/message/name_addr.hpp"
#include "offhook/message/parameters.hpp"

namespace offhook::fuzz {

namespace {

using namespace offhook::message;

std::string rebuilt(const Uri& uri) {
    std::string out(uri.scheme_name);
    out += ':';
    out.append(uri.user);
    if (uri.password.data() != nullptr) out.append(":").append(uri.password);
    if (uri.is_sip() && uri.has_user) out += '@';
    out.append(uri.host);
    if (uri.port != 0) out.append(":").append(std::to_string(uri.port));
    out.append(uri.parameters);
    if (!uri.headers.empty()) out.append("?").append(uri.headers);
    return out;
}

void check_parts(const Uri& uri, std::string_view text) {
    for (const std::string_view part : {uri.scheme_name, uri.user, uri.password, uri.host, uri.parameters, uri.headers})
        promise(within(part, text), "parts lie in the URI");
    const std::string whole = rebuilt(uri);
    const auto again = parse_uri(whole);
    promise(again.has_value(), "a URI put together from its parts is a URI");
    promise(rebuilt(*again) == whole, "and has the same parts");
    promise(equivalent(uri, *again) || uri.scheme == Scheme::other, "and is equivalent");
    ParameterReader reader(uri.parameters);
    while (const auto one = reader.next()) promise(within(one->text, text), "a parameter lies in the URI");
    const std::string bracketed = "<" + std::string(text) + ">";
    const auto address = parse_name_addr(bracketed);
    promise(address && address->uri == text, "a URI in angle brackets is an address");
}

// §10.3 step 5: one spelling for each address.
void check_canonical(const Uri& uri) {
    if (uri.scheme == Scheme::other) return;
    const std::string address = address_of_record(uri);
    const std::string again = std::string(uri.is_sip() ? "sip:" : "tel:") + address;
    const auto canonical = parse_uri(again);
    promise(canonical.has_value(), "an address of record is an address");
    promise(address_of_record(*canonical) == address, "an address of record has one spelling");
}

// Changes that §19.1.4 says make no difference.
void check_indifferent(const Uri& uri) {
    if (!uri.is_sip()) return;
    std::string twin;
    for (const char c : uri.scheme_name) twin += is_alpha(c) ? static_cast<char>(c ^ 0x20) : c;
    twin += ':';
    for (std::size_t i = 0; i < uri.user.size(); ++i) {
        constexpr std::string_view digits = "0123456789abcdef";
        const char c = uri.user[i];
        if (c == '%') {
            twin.append(uri.user.substr(i, 3));
            i += 2;
        } else if (is_alpha(c)) {
            twin += {'%', digits[static_cast<unsigned char>(c) >> 4], digits[static_cast<unsigned char>(c) & 15]};
        } else {
            twin += c;
        }
    }
    if (uri.password.data() != nullptr) twin.append(":").append(uri.password);
    if (uri.has_user) twin += '@';
    for (const char c : uri.host) twin += is_alpha(c) ? static_cast<char>(c ^ 0x20) : c;
    if (uri.port != 0) twin.append(":").append(std::to_string(uri.port));
    twin.append(uri.parameters);
    if (!uri.parameter("zz")) twin += ";zz=1";
    if (!uri.headers.empty()) twin.append("?").append(uri.headers);
    const auto other = parse_uri(twin);
    promise(other.has_value(), "letters of another case, an escape and a parameter more: still a URI");
    promise(equivalent(uri, *other) && equivalent(*other, uri), "and equivalent");
    promise(address_of_record(uri) == address_of_record(*other), "and the same address of record");
}

}  // namespace

void fuzz_uri(std::string_view bytes) {
    current = bytes;
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    const std::string_view first = bytes.substr(0, end), second = bytes.substr(std::min(end + 1, bytes.size()));
    const auto a = parse_uri(first), b = parse_uri(second);
    for (const auto& [uri, text] : {std::pair{a, first}, std::pair{b, second}}) {
        if (!uri) {
            promise(uri.error().offset <= text.size(), "an error lies in the URI");
            continue;
        }
        promise(equivalent(*uri, *uri), "a URI is equivalent to itself");
        check_parts(*uri, text);
        check_canonical(*uri);
        check_indifferent(*uri);
    }
    if (!a || !b) return;
    const bool same = equivalent(*a, *b);
    promise(same == equivalent(*b, *a), "equivalence has no direction");
    if (same && a->scheme != Scheme::other)
        promise(address_of_record(*a) == address_of_record(*b), "equivalent URIs have the same address of record");
}

}  // namespace offhook::fuzz
