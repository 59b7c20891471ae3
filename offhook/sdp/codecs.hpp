// Which codecs two sides share: RFC 3264 §6.1, and how fmtp takes part in it.
//
// Must not know what a codec does: whether two entries are the same is a matter of rtpmap and of the parameters that select a
// configuration (those in the table of the source); all other parameters are declarations that may differ.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/sdp/description.hpp"
#include "offhook/sdp/local.hpp"
#include "offhook/sdp/rtpmap.hpp"

namespace offhook::sdp {

/// A payload type of a description with its meaning.
struct ListedCodec {
    std::uint8_t payload_type = 0;
    Encoding encoding;
    std::string_view parameters;               ///< of its fmtp; empty: none
    std::vector<std::string_view> feedback{};  ///< of its rtcp-fb and of those for "*"
};

/// In the order of the m= line, each number once; numbers without a meaning are left out.
[[nodiscard]] std::vector<ListedCodec> listed_codecs(const Media& medium);

[[nodiscard]] Encoding encoding_of(const Codec& codec);
[[nodiscard]] bool same_codec(const Encoding& a, std::string_view a_parameters, const Encoding& b, std::string_view b_parameters);

/// telephone-event, CN, red, rtx, ulpfec ...: of no use without a codec.
[[nodiscard]] bool is_companion(std::string_view encoding_name);
[[nodiscard]] bool is_telephone_event(std::string_view encoding_name);

/// What tells one configuration from another for the time of a session: "opus/48000/2", "h264/90000/1;packetization-mode=1;...".
[[nodiscard]] std::string codec_key(const Encoding& encoding, std::string_view parameters);

struct ChosenCodec {
    std::uint8_t payload_type = 0;
    const Codec* codec = nullptr;
    std::string_view parameters;               ///< to be written; ours but for red and rtx
    std::vector<std::string_view> feedback{};  ///< that both have
};

/// §6.1: in the order of the offer, or in ours. A companion is kept at the clock of a codec that is kept, or where only companions are offered.
[[nodiscard]] std::vector<ChosenCodec> choose_codecs(const std::vector<ListedCodec>& offered, const std::vector<Codec>& ours, Preference preference,
                                                     bool one_codec);

}  // namespace offhook::sdp
