#include "offhook/sdp/rtpmap.hpp"

#include "offhook/sdp/scan.hpp"

namespace offhook::sdp {

bool Encoding::same_as(const Encoding& other) const {
    return clock_rate == other.clock_rate && channels == other.channels && iequals(name, other.name);
}

std::expected<RtpMap, ParseError> parse_rtpmap(std::string_view value) {
    Scan scan(value);
    RtpMap map;
    const auto type = scan.number<std::uint32_t>(0, 127);
    if (!type) return scan.fail();
    map.payload_type = static_cast<std::uint8_t>(*type);
    if (!scan.blank()) return scan.fail();
    map.encoding.name = scan.token();
    if (map.encoding.name.empty() || !scan.eat('/')) return scan.fail();
    const auto rate = scan.number<std::uint32_t>(1, UINT32_MAX);
    if (!rate) return scan.fail();
    map.encoding.clock_rate = *rate;
    if (scan.eat('/')) {
        const auto channels = scan.number<std::uint32_t>(1, UINT32_MAX);
        if (!channels) return scan.fail();
        map.encoding.channels = *channels;
    }
    if (!scan.done()) return scan.fail();
    return map;
}

void append(std::string& out, const RtpMap& value) {
    append_number(out, value.payload_type);
    out.append(" ").append(value.encoding.name).append("/");
    append_number(out, value.encoding.clock_rate);
    if (value.encoding.channels == 1) return;
    out += '/';
    append_number(out, value.encoding.channels);
}

std::optional<Encoding> static_encoding(unsigned payload_type) {
    switch (payload_type) {
        case 0:
            return Encoding{"PCMU", 8000};
        case 3:
            return Encoding{"GSM", 8000};
        case 4:
            return Encoding{"G723", 8000};
        case 5:
            return Encoding{"DVI4", 8000};
        case 6:
            return Encoding{"DVI4", 16000};
        case 7:
            return Encoding{"LPC", 8000};
        case 8:
            return Encoding{"PCMA", 8000};
        case 9:
            return Encoding{"G722", 8000};  // samples at 16 kHz; the clock is an old mistake that stays (§4.5.2)
        case 10:
            return Encoding{"L16", 44100, 2};
        case 11:
            return Encoding{"L16", 44100};
        case 12:
            return Encoding{"QCELP", 8000};
        case 13:
            return Encoding{"CN", 8000};
        case 14:
            return Encoding{"MPA", 90000};
        case 15:
            return Encoding{"G728", 8000};
        case 16:
            return Encoding{"DVI4", 11025};
        case 17:
            return Encoding{"DVI4", 22050};
        case 18:
            return Encoding{"G729", 8000};
        case 25:
            return Encoding{"CelB", 90000};
        case 26:
            return Encoding{"JPEG", 90000};
        case 28:
            return Encoding{"nv", 90000};
        case 31:
            return Encoding{"H261", 90000};
        case 32:
            return Encoding{"MPV", 90000};
        case 33:
            return Encoding{"MP2T", 90000};
        case 34:
            return Encoding{"H263", 90000};
        default:
            return std::nullopt;
    }
}

}  // namespace offhook::sdp
