#include "offhook/radius/packet.hpp"

namespace offhook::radius {

namespace {

constexpr bool known(unsigned char code) { return (code >= 1 && code <= 5) || code == 11; }

}  // namespace

std::expected<Packet, PacketError> read_packet(std::string_view datagram) {
    if (datagram.size() < packet_head) return std::unexpected(PacketError::too_short);
    const std::size_t length = static_cast<std::size_t>(static_cast<unsigned char>(datagram[2])) << 8 | static_cast<unsigned char>(datagram[3]);
    if (length < packet_head || length > largest_packet) return std::unexpected(PacketError::bad_length);
    if (length > datagram.size()) return std::unexpected(PacketError::too_short);
    const auto code = static_cast<unsigned char>(datagram[0]);
    if (!known(code)) return std::unexpected(PacketError::unknown_code);
    const Packet packet{static_cast<Code>(code), static_cast<std::uint8_t>(datagram[1]), datagram.substr(0, length)};
    if (!AttributeReader::whole(packet.attributes())) return std::unexpected(PacketError::bad_attribute);
    return packet;
}

std::string_view name_of(PacketError error) {
    constexpr std::array<std::string_view, packet_error_count> names{"too-short",
                                                                     "bad-length",
                                                                     "unknown-code",
                                                                     "bad-attribute",
                                                                     "not-asked",
                                                                     "wrong-authenticator",
                                                                     "no-message-authenticator",
                                                                     "wrong-message-authenticator"};
    return names[static_cast<std::size_t>(error)];
}

}  // namespace offhook::radius
