#include "offhook/sdp/packet_time.hpp"

#include "offhook/sdp/scan.hpp"

namespace offhook::sdp {

std::expected<PacketTime, ParseError> parse_packet_time(std::string_view value) {
    Scan scan(value);
    const auto milliseconds = scan.number<std::int64_t>(0, INT32_MAX);
    if (!milliseconds) return scan.fail();
    std::int64_t micro = *milliseconds * 1000;
    if (scan.eat('.')) {
        const std::string_view digits = scan.run(is_digit);
        if (digits.empty()) return scan.fail();
        std::int64_t unit = 100;
        for (const char digit : digits.substr(0, 3)) {
            micro += (digit - '0') * unit;
            unit /= 10;
        }
    }
    if (!scan.done()) return scan.fail();
    if (micro == 0) return Scan::fail_at(0);  // RFC 3264 §5.1: greater than zero
    return PacketTime(micro);
}

void append(std::string& out, PacketTime value) {
    append_number(out, static_cast<std::uint64_t>(value.count() / 1000));
    auto fraction = value.count() % 1000;
    if (fraction == 0) return;
    out += '.';
    for (std::int64_t unit = 100; fraction > 0; unit /= 10) {
        out += static_cast<char>('0' + fraction / unit);
        fraction %= unit;
    }
}

}  // namespace offhook::sdp
