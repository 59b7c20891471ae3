// A description that is about to be written, and its text: between the decisions of offer and answer and the octets. Not part of the API.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/sdp/codecs.hpp"
#include "offhook/sdp/dtls.hpp"
#include "offhook/sdp/local.hpp"
#include "offhook/sdp/offer_answer.hpp"

namespace offhook::sdp {

struct SectionPlan {
    const Stream* mine = nullptr;  ///< null: switched off or refused
    std::string media, protocol;
    std::uint16_t port = 0;
    bool multicast = false;
    std::string address;               ///< of c=, with /ttl if multicast
    std::vector<ChosenCodec> codecs;   ///< of RTP
    std::vector<std::string> formats;  ///< of everything else, and of what is off
    Direction direction = Direction::sendrecv;
    bool says_direction = false;  ///< sendrecv too
    bool carries_transport = true, ice = true, mux = false;
    bool tls_id = true;
    std::vector<std::string> crypto;  ///< values of a=crypto
    std::optional<SetupRole> setup;
    std::string mid;
    std::vector<std::string> more;  ///< further attributes, "sctp-port:0"

    /// Whether both are plain, both have keys or both do DTLS: only then one transport serves both (RFC 9143 §8).
    [[nodiscard]] bool protected_like(const SectionPlan& other) const {
        return setup.has_value() == other.setup.has_value() && crypto.empty() == other.crypto.empty();
    }
};

struct DescriptionPlan {
    std::string times = "t=0 0\r\n";
    std::vector<std::string> groups;  ///< "BUNDLE a b"
    bool ice = true;
    std::vector<SectionPlan> sections;
};

/// The text, and the session that has sent it (its slots are the caller's). The version follows §8.
[[nodiscard]] std::expected<Exchange, OfferAnswerError> compose(const Session& session, const Local& local, const DescriptionPlan& plan);

}  // namespace offhook::sdp
