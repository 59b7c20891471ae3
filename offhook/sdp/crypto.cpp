#include "offhook/sdp/crypto.hpp"

#include <algorithm>

#include "offhook/sdp/scan.hpp"

namespace offhook::sdp {

namespace {

constexpr bool is_name_char(char c) { return is_alphanumeric(c) || c == '_'; }

struct Suite {
    std::string_view name;
    std::size_t octets;
};
constexpr Suite suites[] = {
    {"AES_CM_128_HMAC_SHA1_80", 30}, {"AES_CM_128_HMAC_SHA1_32", 30}, {"F8_128_HMAC_SHA1_80", 30},     {"F8_128_HMAC_SHA1_32", 30},
    {"AES_192_CM_HMAC_SHA1_80", 38}, {"AES_192_CM_HMAC_SHA1_32", 38}, {"AES_256_CM_HMAC_SHA1_80", 46}, {"AES_256_CM_HMAC_SHA1_32", 46},
    {"AEAD_AES_128_GCM", 28},        {"AEAD_AES_256_GCM", 44},
};

// §9.2: "2^" and an exponent, or a number; without leading zeros, and nothing that overflows 64 bits is a lifetime of any suite.
std::optional<std::uint64_t> lifetime(Scan& scan) {
    if (scan.next_is('0')) return std::nullopt;
    const auto number = scan.number<std::uint64_t>(1, UINT64_MAX);
    if (!number || *number != 2 || !scan.eat('^')) return number;
    if (scan.next_is('0')) return std::nullopt;
    const auto exponent = scan.number<unsigned>(1, 63);
    if (!exponent) return std::nullopt;
    return std::uint64_t{1} << *exponent;
}

/// Octets that base64 stands for; nothing if it is not base64. Padding may be missing (§6.1).
std::optional<std::size_t> decoded_size(std::string_view base64) {
    std::size_t padding = 0;
    while (padding < 2 && base64.ends_with('=')) {
        base64.remove_suffix(1);
        ++padding;
    }
    if (base64.empty() || base64.size() % 4 == 1 || !std::all_of(base64.begin(), base64.end(), is_ice_char)) return std::nullopt;
    if (padding != 0 && (base64.size() + padding) % 4 != 0) return std::nullopt;
    return base64.size() * 6 / 8;
}

std::expected<CryptoKey, ParseError> key(Scan& scan, std::string_view suite) {
    CryptoKey key;
    const std::size_t begin = scan.at();
    const std::string_view method = scan.run(is_name_char);
    if (!iequals(method, "inline")) return Scan::fail_at(begin);
    if (!scan.eat(':')) return scan.fail();
    const std::size_t at_key = scan.at();
    key.key_and_salt = scan.run([](char c) { return is_ice_char(c) || c == '='; });
    const auto octets = decoded_size(key.key_and_salt);
    const auto wanted = key_and_salt_octets(suite);
    if (!octets || (wanted && *octets != *wanted)) return Scan::fail_at(at_key);
    for (int field = 0; field < 2 && scan.eat('|'); ++field) {
        const std::size_t at_field = scan.at();
        const std::string_view digits = scan.run(is_digit);
        if (!scan.next_is(':')) {  // only the MKI has a colon
            if (field == 1) return scan.fail();
            scan.back_to(at_field);
            key.lifetime = lifetime(scan);
            if (!key.lifetime) return Scan::fail_at(at_field);
            continue;
        }
        scan.eat(':');
        if (digits.empty() || digits.front() == '0') return Scan::fail_at(at_field);
        const auto length = scan.number<unsigned>(1, 128);
        if (!length) return scan.fail();
        key.mki = digits;
        key.mki_length = static_cast<std::uint8_t>(*length);
        break;
    }
    return key;
}

}  // namespace

std::expected<Crypto, ParseError> parse_crypto(std::string_view value) {
    Scan scan(value);
    Crypto crypto;
    const bool padded = value.size() > 1 && value[0] == '0' && is_digit(value[1]);
    const auto tag = scan.number<std::uint32_t>(0, 999'999'999);
    if (!tag || padded) return Scan::fail_at(0);  // §4.1: no leading zeros
    crypto.tag = *tag;
    if (!scan.blank()) return scan.fail();
    crypto.suite = scan.run(is_name_char);
    if (crypto.suite.empty() || !scan.blank()) return scan.fail();
    const std::size_t keys_begin = scan.at();
    do {
        const auto one = key(scan, crypto.suite);
        if (!one) return std::unexpected(one.error());
        // §6.1: all keys have an MKI of one length, or there is one key without.
        if (!crypto.keys.empty() && (one->mki_length == 0 || one->mki_length != crypto.keys.front().mki_length)) return scan.fail();
        crypto.keys.push_back(*one);
    } while (scan.eat(';'));
    crypto.key_parameters = value.substr(keys_begin, scan.at() - keys_begin);
    while (!scan.done()) {
        if (!scan.blank()) return scan.fail();
        const std::string_view parameter = scan.run(is_visible);
        if (parameter.empty() || parameter == "-" || parameter.starts_with("--")) return scan.fail();
        crypto.session_parameters.push_back(parameter);
    }
    return crypto;
}

bool is_negotiated_parameter(std::string_view parameter) {
    return iequals(parameter, "UNENCRYPTED_SRTP") || iequals(parameter, "UNENCRYPTED_SRTCP") || iequals(parameter, "UNAUTHENTICATED_SRTP");
}

std::optional<std::size_t> key_and_salt_octets(std::string_view suite) {
    for (const Suite& one : suites)
        if (iequals(one.name, suite)) return one.octets;
    return std::nullopt;
}

}  // namespace offhook::sdp
