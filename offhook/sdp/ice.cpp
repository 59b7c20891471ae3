#include "offhook/sdp/ice.hpp"

#include <algorithm>

#include "offhook/sdp/scan.hpp"

namespace offhook::sdp {

namespace {

std::optional<std::uint16_t> port(Scan& scan) {
    const auto number = scan.number<std::uint32_t>(0, UINT16_MAX);
    return number ? std::optional(static_cast<std::uint16_t>(*number)) : std::nullopt;
}

std::optional<std::uint16_t> component(Scan& scan) {
    const auto number = scan.number<std::uint32_t>(1, 256);
    return number ? std::optional(static_cast<std::uint16_t>(*number)) : std::nullopt;
}

std::expected<std::string_view, ParseError> ice_word(std::string_view value, std::size_t least) {
    Scan scan(value);
    const std::string_view word = scan.run(is_ice_char);
    if (!scan.done() || word.size() < least || word.size() > 256) return scan.fail();
    return word;
}

// [SP "raddr" address] [SP "rport" port] *(SP name SP value)
std::expected<void, ParseError> extensions(Scan& scan, Candidate& candidate) {
    while (!scan.done()) {
        if (!scan.blank()) return scan.fail();
        const std::string_view name = scan.token();
        if (name.empty() || !scan.blank()) return scan.fail();
        if (name == "rport") {
            candidate.related_port = port(scan);
            if (!candidate.related_port) return scan.fail();
            continue;
        }
        const std::string_view value = scan.run(is_visible);
        if (value.empty()) return scan.fail();
        if (name == "raddr")
            candidate.related_address = value;
        else
            candidate.extensions.emplace_back(name, value);
    }
    return {};
}

}  // namespace

std::expected<Candidate, ParseError> parse_candidate(std::string_view value) {
    Scan scan(value);
    Candidate candidate;
    candidate.foundation = scan.run(is_ice_char);
    if (candidate.foundation.empty() || candidate.foundation.size() > 32) return Scan::fail_at(0);
    if (!scan.blank()) return scan.fail();
    const auto number = component(scan);
    if (!number || !scan.blank()) return scan.fail();
    candidate.component = *number;
    candidate.transport = scan.token();
    if (candidate.transport.empty() || !scan.blank()) return scan.fail();
    const auto priority = scan.number<std::uint32_t>(0, UINT32_MAX);
    if (!priority || !scan.blank()) return scan.fail();
    candidate.priority = *priority;
    candidate.address = scan.run(is_visible);
    if (candidate.address.empty() || !scan.blank()) return scan.fail();
    const auto at_port = port(scan);
    if (!at_port || !scan.blank()) return scan.fail();
    candidate.port = *at_port;
    if (!scan.eat_word("typ") || !scan.blank()) return scan.fail();
    candidate.type = scan.token();
    if (candidate.type.empty()) return scan.fail();
    if (const auto read = extensions(scan, candidate); !read) return std::unexpected(read.error());
    return candidate;
}

std::expected<std::vector<RemoteCandidate>, ParseError> parse_remote_candidates(std::string_view value) {
    Scan scan(value);
    std::vector<RemoteCandidate> all;
    do {
        RemoteCandidate one;
        const auto number = component(scan);
        if (!number || !scan.blank()) return scan.fail();
        one.component = *number;
        one.address = scan.run(is_visible);
        if (one.address.empty() || !scan.blank()) return scan.fail();
        const auto at_port = port(scan);
        if (!at_port) return scan.fail();
        one.port = *at_port;
        all.push_back(one);
    } while (scan.blank());
    if (!scan.done()) return scan.fail();
    return all;
}

std::expected<std::string_view, ParseError> parse_ice_ufrag(std::string_view value) { return ice_word(value, 4); }
std::expected<std::string_view, ParseError> parse_ice_pwd(std::string_view value) { return ice_word(value, 22); }

std::expected<std::vector<std::string_view>, ParseError> parse_ice_options(std::string_view value) {
    Scan scan(value);
    std::vector<std::string_view> options;
    do {
        // "google-ice" and "renomination-x" are on the wire: a token is taken where the grammar has ice-chars.
        const std::string_view option = scan.run([](char c) { return is_token_char(c) || c == '/'; });
        if (option.empty()) return scan.fail();
        options.push_back(option);
    } while (scan.blank());
    if (!scan.done()) return scan.fail();
    return options;
}

std::expected<std::chrono::milliseconds, ParseError> parse_ice_pacing(std::string_view value) {
    Scan scan(value);
    const auto pacing = scan.number<std::int64_t>(0, 9'999'999'999);
    if (!pacing || !scan.done()) return scan.fail();
    return std::chrono::milliseconds(*pacing);
}

}  // namespace offhook::sdp
