// Which way media flow, seen by who wrote the description: RFC 8866 §6.7, and how two views of one stream meet: RFC 3264 §6.1, §8.4.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace offhook::sdp {

enum class Direction : std::uint8_t { sendrecv, sendonly, recvonly, inactive };

[[nodiscard]] constexpr bool sends(Direction d) { return d == Direction::sendrecv || d == Direction::sendonly; }
[[nodiscard]] constexpr bool receives(Direction d) { return d == Direction::sendrecv || d == Direction::recvonly; }
[[nodiscard]] constexpr Direction direction_of(bool sends, bool receives) {
    if (sends) return receives ? Direction::sendrecv : Direction::sendonly;
    return receives ? Direction::recvonly : Direction::inactive;
}

/// As the peer sees it: what one sends, the other receives.
[[nodiscard]] constexpr Direction mirrored(Direction d) { return direction_of(receives(d), sends(d)); }
/// What both allow, seen from the same side.
[[nodiscard]] constexpr Direction common(Direction a, Direction b) { return direction_of(sends(a) && sends(b), receives(a) && receives(b)); }

/// RFC 3264 §8.4: on hold the peer is asked to send nothing; what we send goes on.
[[nodiscard]] constexpr Direction held(Direction d) { return direction_of(sends(d), false); }
[[nodiscard]] constexpr Direction resumed(Direction d) { return direction_of(sends(d), true); }

[[nodiscard]] constexpr std::string_view name_of(Direction d) {
    constexpr std::string_view names[] = {"sendrecv", "sendonly", "recvonly", "inactive"};
    return names[static_cast<std::size_t>(d)];
}
[[nodiscard]] constexpr std::optional<Direction> parse_direction(std::string_view attribute_name) {
    for (const Direction d : {Direction::sendrecv, Direction::sendonly, Direction::recvonly, Direction::inactive})
        if (name_of(d) == attribute_name) return d;
    return std::nullopt;
}

}  // namespace offhook::sdp
