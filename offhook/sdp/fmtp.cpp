#include "offhook/sdp/fmtp.hpp"

#include <algorithm>

#include "offhook/sdp/scan.hpp"

namespace offhook::sdp {

std::expected<Fmtp, ParseError> parse_fmtp(std::string_view value) {
    Scan scan(value);
    Fmtp fmtp;
    fmtp.format = scan.token();
    if (fmtp.format.empty() || !scan.blank()) return scan.fail();
    fmtp.parameters = scan.rest();
    return fmtp;
}

std::optional<std::string_view> format_parameter(std::string_view parameters, std::string_view name) {
    while (!parameters.empty()) {
        const std::size_t end = std::min(parameters.find(';'), parameters.size());
        const std::string_view one = trim(parameters.substr(0, end));
        parameters.remove_prefix(std::min(end + 1, parameters.size()));
        const std::size_t equals = std::min(one.find('='), one.size());
        if (iequals(trim(one.substr(0, equals)), name)) return trim(one.substr(std::min(equals + 1, one.size())));
    }
    return std::nullopt;
}

std::expected<Events, ParseError> parse_events(std::string_view parameters) {
    Events events;
    if (parameters.empty()) {
        for (std::size_t event = 0; event < 16; ++event) events.set(event);
        return events;
    }
    Scan scan(parameters);
    do {
        const std::size_t begin = scan.at();
        const auto first = scan.number<unsigned>(0, 255);
        if (!first) return scan.fail();
        const auto last = scan.eat('-') ? scan.number<unsigned>(0, 255) : first;
        if (!last) return scan.fail();
        if (*last < *first) return Scan::fail_at(begin);
        for (unsigned event = *first; event <= *last; ++event) events.set(event);
    } while (scan.eat(','));
    if (!scan.done()) return scan.fail();
    return events;
}

}  // namespace offhook::sdp
