// What two descriptions agree on, stream by stream, seen from our side: where to send, in which codec, with which keys. RFC 3264 §6, §7.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/sdp/direction.hpp"
#include "offhook/sdp/dtls.hpp"
#include "offhook/sdp/local.hpp"

namespace offhook::sdp {

struct AgreedCodec {
    Codec codec;                  ///< with our parameters; payload_type is what we receive
    std::uint8_t send_type = 0;   ///< what the peer listens for: it may have another number for the same codec
    std::string send_parameters;  ///< of fmtp, as the peer wants them
};

struct AgreedStream {
    std::string media, protocol;
    bool on = false;                            ///< both have a port; all below is empty otherwise
    Direction direction = Direction::inactive;  ///< what we may do
    bool reachable = true;                      ///< false: the peer wrote 0.0.0.0 (RFC 3264 §8.4), neither RTP nor RTCP is sent
    std::string remote_address, local_address;
    std::uint16_t remote_port = 0, local_port = 0;
    std::string remote_rtcp_address;
    std::uint16_t remote_rtcp_port = 0;  ///< that of RTP with rtcp-mux
    bool rtcp_mux = false;
    std::vector<AgreedCodec> codecs;            ///< in the order in which the peer likes to receive them: send the first
    std::vector<std::string> formats;           ///< of what is not RTP
    std::optional<PacketTime> ptime, maxptime;  ///< that the peer likes to receive
    std::string mid;
    std::size_t transport = 0;                ///< the stream whose address, keys and candidates hold: itself but in a BUNDLE
    std::string local_crypto, remote_crypto;  ///< the values of a=crypto; empty: none
    std::optional<SetupRole> local_setup;     ///< our role in DTLS
    std::string remote_fingerprint, remote_tls_id;
    std::optional<std::uint16_t> remote_sctp_port;

    [[nodiscard]] bool may_send() const { return on && reachable && sends(direction); }
    [[nodiscard]] bool may_receive() const { return on && receives(direction); }
    /// telephone-event at the clock of the first codec that is not telephone-event itself; null if there is none (RFC 4733 §2.1).
    [[nodiscard]] const AgreedCodec* telephone_event() const;
};

/// One for each m= line, from two descriptions that are offer and answer in either direction; none if one of them cannot be read.
[[nodiscard]] std::vector<AgreedStream> agree(std::string_view local, std::string_view remote, bool local_is_offer);

}  // namespace offhook::sdp
