#include "offhook/sdp/sctp.hpp"

#include "offhook/sdp/scan.hpp"

namespace offhook::sdp {

namespace {

std::expected<std::uint64_t, ParseError> plain_number(std::string_view value, std::uint64_t most) {
    Scan scan(value);
    const bool padded = value.size() > 1 && value[0] == '0' && is_digit(value[1]);  // leading zeros MUST NOT be used
    const auto number = scan.number<std::uint64_t>(0, most);
    if (!number || padded) return Scan::fail_at(0);
    if (!scan.done()) return scan.fail();
    return *number;
}

}  // namespace

std::expected<std::uint16_t, ParseError> parse_sctp_port(std::string_view value) {
    const auto number = plain_number(value, UINT16_MAX);
    if (!number) return std::unexpected(number.error());
    return static_cast<std::uint16_t>(*number);
}

std::expected<std::uint64_t, ParseError> parse_max_message_size(std::string_view value) { return plain_number(value, UINT64_MAX); }

}  // namespace offhook::sdp
