#include "offhook/sdp/attribute.hpp"

#include <algorithm>

#include "offhook/sdp/capability.hpp"
#include "offhook/sdp/crypto.hpp"
#include "offhook/sdp/dtls.hpp"
#include "offhook/sdp/fmtp.hpp"
#include "offhook/sdp/grouping.hpp"
#include "offhook/sdp/ice.hpp"
#include "offhook/sdp/packet_time.hpp"
#include "offhook/sdp/rtcp.hpp"
#include "offhook/sdp/rtpmap.hpp"
#include "offhook/sdp/scan.hpp"
#include "offhook/sdp/sctp.hpp"

namespace offhook::sdp {

namespace {

template <auto parse>
std::expected<void, ParseError> read(std::string_view value) {
    if (const auto parsed = parse(value); !parsed) return std::unexpected(parsed.error());
    return {};
}

std::expected<void, ParseError> quality(std::string_view value) {
    Scan scan(value);
    if (!scan.number<unsigned>(0, 10) || !scan.done()) return scan.fail();
    return {};
}

constexpr AttributeRule flag(std::string_view name, Level level, std::string_view section) { return {name, level, true, nullptr, section}; }

constexpr AttributeRule rules[] = {
    {"candidate", Level::media, false, read<parse_candidate>, "RFC 8839 §5.1"},
    {"connection", Level::both, false, read<parse_connection_use>, "RFC 4145 §5"},
    {"creq", Level::both, false, read<parse_option_tags>, "RFC 5939 §3.3.2"},
    {"crypto", Level::media, false, read<parse_crypto>, "RFC 4568 §9"},
    {"csup", Level::both, false, read<parse_option_tags>, "RFC 5939 §3.3.1"},
    flag("end-of-candidates", Level::both, "RFC 8840 §8.1"),
    {"fingerprint", Level::both, false, read<parse_fingerprint>, "RFC 8122 §5"},
    {"fmtp", Level::media, false, read<parse_fmtp>, "RFC 8866 §6.15"},
    {"group", Level::session, false, read<parse_group>, "RFC 5888 §5"},
    flag("ice-lite", Level::session, "RFC 8839 §5.3"),
    flag("ice-mismatch", Level::media, "RFC 8839 §5.3"),
    {"ice-options", Level::both, false, read<parse_ice_options>, "RFC 8839 §5.6"},
    {"ice-pacing", Level::session, false, read<parse_ice_pacing>, "RFC 8839 §5.5"},
    {"ice-pwd", Level::both, false, read<parse_ice_pwd>, "RFC 8839 §5.4"},
    {"ice-ufrag", Level::both, false, read<parse_ice_ufrag>, "RFC 8839 §5.4"},
    flag("inactive", Level::both, "RFC 8866 §6.7"),
    {"max-message-size", Level::media, false, read<parse_max_message_size>, "RFC 8841 §6"},
    {"maxptime", Level::media, false, read<parse_packet_time>, "RFC 8866 §6.5"},
    {"mid", Level::media, false, read<parse_mid>, "RFC 5888 §4"},
    {"ptime", Level::media, false, read<parse_packet_time>, "RFC 8866 §6.4"},
    {"quality", Level::media, false, quality, "RFC 8866 §6.14"},
    flag("recvonly", Level::both, "RFC 8866 §6.7"),
    {"remote-candidates", Level::media, false, read<parse_remote_candidates>, "RFC 8839 §5.2"},
    {"rtcp", Level::media, false, read<parse_rtcp>, "RFC 3605 §2.1"},
    {"rtcp-fb", Level::media, false, read<parse_feedback>, "RFC 4585 §4.2"},
    flag("rtcp-mux", Level::media, "RFC 5761 §5.1.1"),
    flag("rtcp-mux-only", Level::media, "RFC 8858 §3"),
    {"rtpmap", Level::media, false, read<parse_rtpmap>, "RFC 8866 §6.6"},
    {"sctp-port", Level::media, false, read<parse_sctp_port>, "RFC 8841 §5"},
    flag("sendonly", Level::both, "RFC 8866 §6.7"),
    flag("sendrecv", Level::both, "RFC 8866 §6.7"),
    {"setup", Level::both, false, read<parse_setup>, "RFC 4145 §4"},
    {"tls-id", Level::media, false, read<parse_tls_id>, "RFC 8842 §4"},
};

}  // namespace

std::span<const AttributeRule> attribute_rules() { return rules; }

const AttributeRule* find_attribute_rule(std::string_view name) {
    static_assert(std::ranges::is_sorted(rules, {}, &AttributeRule::name));
    const auto* const found = std::ranges::lower_bound(rules, name, {}, &AttributeRule::name);
    return found != std::end(rules) && found->name == name ? found : nullptr;
}

}  // namespace offhook::sdp
