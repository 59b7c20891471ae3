// Internet addresses as plain values: an IP address of either family, an endpoint (address and port), a network (prefix).
// No sockets here: runtime/ turns them into sockaddr.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace offhook {

class IpAddress {
public:
    constexpr IpAddress() = default;  ///< 0.0.0.0
    static IpAddress v4(std::array<std::uint8_t, 4> octets);
    static IpAddress v6(std::array<std::uint8_t, 16> octets);
    /// "192.0.2.1", "2001:db8::1" or "[2001:db8::1]"; nothing for a host name. An IPv4-mapped IPv6 address stays IPv6.
    static std::optional<IpAddress> parse(std::string_view text);

    [[nodiscard]] bool is_v6() const { return v6_; }
    [[nodiscard]] bool is_unspecified() const;  ///< 0.0.0.0 or ::
    [[nodiscard]] bool is_loopback() const;
    [[nodiscard]] bool is_private() const;      ///< RFC 1918, RFC 6598, RFC 4193, link-local: not reachable from elsewhere
    [[nodiscard]] bool is_multicast() const;
    [[nodiscard]] const std::array<std::uint8_t, 16>& octets() const { return octets_; }  ///< the first 4 for IPv4
    [[nodiscard]] std::string text() const;     ///< without brackets
    [[nodiscard]] std::string uri_host() const; ///< IPv6 in brackets (RFC 3261 §25.1 IPv6reference)
    void append_uri_host(std::string& out) const;

    friend bool operator==(const IpAddress&, const IpAddress&) = default;
    friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

private:
    std::array<std::uint8_t, 16> octets_{};
    bool v6_ = false;
};

struct Endpoint {
    IpAddress address;
    std::uint16_t port = 0;

    static std::optional<Endpoint> parse(std::string_view text);  ///< "192.0.2.1:5060", "[::1]:5060"
    [[nodiscard]] std::string text() const;
    friend bool operator==(const Endpoint&, const Endpoint&) = default;
    friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

/// A prefix, as "10.0.0.0/8", "::1/128" or a single address.
class Network {
public:
    static std::optional<Network> parse(std::string_view text);
    [[nodiscard]] bool contains(const IpAddress& address) const;
    [[nodiscard]] std::string text() const;

private:
    IpAddress address_;
    unsigned bits_ = 0;
};

struct EndpointHash {
    std::size_t operator()(const Endpoint& e) const noexcept;
};

}  // namespace offhook
