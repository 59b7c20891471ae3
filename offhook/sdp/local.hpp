// What a phone says of itself: the streams that it offers, and with which it answers. Owned values, filled by whoever has the sockets,
// codecs and keys. RFC 3264 §5, §6.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "offhook/sdp/direction.hpp"
#include "offhook/sdp/packet_time.hpp"

namespace offhook::sdp {

struct Codec {
    std::string name;  ///< as rtpmap has it, in any case: "opus", "PCMU", "telephone-event"
    std::uint32_t clock_rate = 8000;
    std::uint32_t channels = 1;
    std::string parameters{};                    ///< of fmtp, without the format; empty: none
    std::vector<std::string> feedback{};         ///< of rtcp-fb: "nack pli"
    std::optional<std::uint8_t> payload_type{};  ///< wished for in an offer; static codecs have theirs, others get a free one
    friend bool operator==(const Codec&, const Codec&) = default;
};

/// A key that we send with, in one suite. RFC 4568.
struct LocalCrypto {
    std::string suite;                              ///< "AES_CM_128_HMAC_SHA1_80"
    std::string key;                                ///< "inline:..." with lifetime and MKI as wished
    std::vector<std::string> session_parameters{};  ///< those that we can do; only the offer's negotiated ones are answered
};

/// RFC 5763 §5.
struct LocalDtls {
    std::string fingerprint;    ///< "sha-256 12:DF:..."
    std::string tls_id{};       ///< RFC 8842; empty: none
    bool prefer_active = true;  ///< of two roles (RFC 5763 §5: the answerer should be active)
};

struct Stream {
    std::string media = "audio";
    std::vector<std::string> protocols = {"RTP/AVP"};  ///< the first is offered, each is accepted
    std::uint16_t port = 0;                            ///< 0: switched off
    std::string address{};                             ///< empty: that of Local
    Direction direction = Direction::sendrecv;
    std::vector<Codec> codecs{};         ///< by preference; of RTP
    std::vector<std::string> formats{};  ///< of everything else: "t38", "webrtc-datachannel"
    std::optional<PacketTime> ptime{}, maxptime{};
    std::vector<std::string> bandwidths{};  ///< "AS:64"
    std::vector<LocalCrypto> crypto{};      ///< by preference; for RTP/SAVP and RTP/SAVPF
    std::optional<LocalDtls> dtls{};        ///< for UDP/TLS/..., and for RTP/SAVP of peers that offer no crypto
    bool rtcp_mux = false;
    std::uint16_t rtcp_port = 0;  ///< 0: the one after port (RFC 3605)
    std::string mid{};            ///< of an offer; an answer repeats the offer's
    std::optional<std::uint16_t> sctp_port{};
    std::optional<std::uint64_t> max_message_size{};
    bool multicast = false;                 ///< whether groups are joined (RFC 3264 §6.2)
    std::vector<std::string> attributes{};  ///< "candidate:...", "ice-ufrag:8hhY" ...: all that is not spelled out above
};

enum class Preference : std::uint8_t { of_the_offer, ours };

struct Local {
    std::string address;                               ///< of c=: IPv4, IPv6 or a name
    std::vector<Stream> streams;                       ///< an offer's i-th is its i-th m= line; an answer takes each at most once
    std::vector<std::string> attributes{};             ///< of the session: "ice-options:ice2"
    bool bundle = false;                               ///< RFC 9143
    std::vector<std::string> groups{};                 ///< other semantics that are understood: "LS" (RFC 5888 §9.2)
    Preference preference = Preference::of_the_offer;  ///< order of the formats in an answer (§6.1 recommends the offer's)
    bool one_codec = false;                            ///< answer with a single codec, and its telephone-event
};

}  // namespace offhook::sdp
