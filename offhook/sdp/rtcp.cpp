#include "offhook/sdp/rtcp.hpp"

#include "offhook/sdp/scan.hpp"

namespace offhook::sdp {

std::expected<RtcpAddress, ParseError> parse_rtcp(std::string_view value) {
    Scan scan(value);
    RtcpAddress rtcp;
    const auto port = scan.number<std::uint32_t>(0, UINT16_MAX);
    if (!port) return scan.fail();
    rtcp.port = static_cast<std::uint16_t>(*port);
    if (scan.done()) return rtcp;
    if (!scan.blank()) return scan.fail();
    rtcp.network = scan.token();
    if (rtcp.network.empty() || !scan.blank()) return scan.fail();
    rtcp.address_type = scan.token();
    if (rtcp.address_type.empty() || !scan.blank()) return scan.fail();
    rtcp.address = scan.word();
    if (!scan.done()) return scan.fail();
    return rtcp;
}

std::expected<Feedback, ParseError> parse_feedback(std::string_view value) {
    Scan scan(value);
    Feedback feedback;
    const std::string_view format = scan.token();
    if (format.empty() || !scan.blank()) return scan.fail();
    if (format != "*") feedback.format = format;
    feedback.type = scan.run([](char c) { return is_alphanumeric(c) || c == '-' || c == '_'; });
    if (feedback.type.empty()) return scan.fail();
    if (feedback.type == "trr-int") {
        if (!scan.blank()) return scan.fail();
        const std::size_t begin = scan.at();
        feedback.parameters = scan.run(is_digit);
        if (feedback.parameters.empty() || !scan.done()) return Scan::fail_at(feedback.parameters.empty() ? begin : scan.at());
        return feedback;
    }
    if (scan.done()) return feedback;
    if (!scan.blank()) return scan.fail();
    if (!is_token_char(value[scan.at()])) return scan.fail();
    feedback.parameters = scan.rest();
    return feedback;
}

}  // namespace offhook::sdp
