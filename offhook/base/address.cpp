#include "offhook/base/address.hpp"

#include <arpa/inet.h>  // inet_pton and inet_ntop only, for IPv6: they read and write text, no sockets

#include <charconv>
#include <cstring>
#include <span>
#include <system_error>

#include "offhook/base/text.hpp"

namespace offhook {

namespace {

// RFC 3986 §3.2.2 dec-octet four times: no leading zeros, as inet_pton() has it. IPv4 is in every message, so it is read and written here.
bool read_v4(std::string_view text, std::uint8_t* octets) {
    const char *at = text.data(), *const end = at + text.size();
    for (int i = 0; i < 4; ++i) {
        if (i > 0 && (at == end || *at != '.')) return false;
        if (i > 0) ++at;
        if (at == end || !is_digit(*at)) return false;
        const auto [next, error] = std::from_chars(at, end, octets[i]);
        if (error != std::errc() || (*at == '0' && next != at + 1)) return false;
        at = next;
    }
    return at == end;
}

std::string_view write(const std::array<std::uint8_t, 16>& octets, bool v6, std::span<char, INET6_ADDRSTRLEN> buffer) {
    if (v6) return inet_ntop(AF_INET6, octets.data(), buffer.data(), INET6_ADDRSTRLEN);
    char* at = buffer.data();
    for (std::size_t i = 0; i < 4; ++i) {
        if (i > 0) *at++ = '.';
        at = std::to_chars(at, buffer.data() + buffer.size(), octets[i]).ptr;
    }
    return {buffer.data(), at};
}

}  // namespace

IpAddress IpAddress::v4(std::array<std::uint8_t, 4> octets) {
    IpAddress a;
    std::memcpy(a.octets_.data(), octets.data(), 4);
    return a;
}

IpAddress IpAddress::v6(std::array<std::uint8_t, 16> octets) {
    IpAddress a;
    a.octets_ = octets;
    a.v6_ = true;
    return a;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
    if (text.size() >= 2 && text.front() == '[' && text.back() == ']') {
        text = text.substr(1, text.size() - 2);
        if (text.find(':') == text.npos) return std::nullopt;
    }
    char buffer[INET6_ADDRSTRLEN + 1];
    if (text.empty() || text.size() >= sizeof buffer) return std::nullopt;
    IpAddress a;
    if (read_v4(text, a.octets_.data())) return a;
    if (text.find(':') == text.npos) return std::nullopt;
    a = {};
    std::memcpy(buffer, text.data(), text.size());
    buffer[text.size()] = 0;
    if (std::memchr(buffer, 0, text.size()) != nullptr) return std::nullopt;
    if (inet_pton(AF_INET6, buffer, a.octets_.data()) == 1) {
        a.v6_ = true;
        return a;
    }
    return std::nullopt;
}

bool IpAddress::is_unspecified() const { return octets_ == std::array<std::uint8_t, 16>{}; }

bool IpAddress::is_loopback() const {
    if (!v6_) return octets_[0] == 127;
    std::array<std::uint8_t, 16> one{};
    one[15] = 1;
    return octets_ == one;
}

bool IpAddress::is_private() const {
    const auto& o = octets_;
    if (v6_) return (o[0] & 0xfe) == 0xfc || (o[0] == 0xfe && (o[1] & 0xc0) == 0x80);
    return o[0] == 10 || (o[0] == 172 && (o[1] & 0xf0) == 16) || (o[0] == 192 && o[1] == 168) || (o[0] == 100 && (o[1] & 0xc0) == 64) ||
           (o[0] == 169 && o[1] == 254);
}

bool IpAddress::is_multicast() const { return v6_ ? octets_[0] == 0xff : (octets_[0] & 0xf0) == 0xe0; }

std::string IpAddress::text() const {
    char buffer[INET6_ADDRSTRLEN];
    return std::string(write(octets_, v6_, buffer));
}

void IpAddress::append_uri_host(std::string& out) const {
    char buffer[INET6_ADDRSTRLEN];
    if (v6_) out += '[';
    out += write(octets_, v6_, buffer);
    if (v6_) out += ']';
}

std::string IpAddress::uri_host() const {
    std::string out;
    append_uri_host(out);
    return out;
}

std::optional<Endpoint> Endpoint::parse(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == text.npos) return std::nullopt;
    const std::string_view host = text.substr(0, colon);
    if (host.find(':') != host.npos && host.front() != '[') return std::nullopt;
    const auto address = IpAddress::parse(host);
    const auto port = to_number<std::uint16_t>(text.substr(colon + 1));
    if (!address || !port) return std::nullopt;
    return Endpoint{*address, *port};
}

std::string Endpoint::text() const {
    std::string out = address.uri_host();
    out += ':';
    append_number(out, port);
    return out;
}

std::optional<Network> Network::parse(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = IpAddress::parse(text.substr(0, slash));
    if (!address) return std::nullopt;
    const unsigned width = address->is_v6() ? 128 : 32;
    Network n;
    n.address_ = *address;
    n.bits_ = width;
    if (slash != text.npos) {
        const auto bits = to_number<unsigned>(text.substr(slash + 1));
        if (!bits || *bits > width) return std::nullopt;
        n.bits_ = *bits;
    }
    return n;
}

bool Network::contains(const IpAddress& address) const {
    if (address.is_v6() != address_.is_v6()) return false;
    const std::size_t whole = bits_ / 8;
    if (std::memcmp(address.octets().data(), address_.octets().data(), whole) != 0) return false;
    const unsigned rest = bits_ % 8;
    if (rest == 0) return true;
    const auto mask = static_cast<std::uint8_t>(0xff << (8 - rest));
    return (address.octets()[whole] & mask) == (address_.octets()[whole] & mask);
}

std::string Network::text() const { return address_.text() + "/" + std::to_string(bits_); }

std::size_t EndpointHash::operator()(const Endpoint& e) const noexcept {
    std::uint64_t a = 0, b = 0;
    std::memcpy(&a, e.address.octets().data(), 8);
    std::memcpy(&b, e.address.octets().data() + 8, 8);
    std::uint64_t h = (a * 0x9e3779b97f4a7c15ULL) ^ (b + e.port) * 0xc2b2ae3d27d4eb4fULL;
    return static_cast<std::size_t>(h ^ (h >> 29));
}

}  // namespace offhook
