// What holds of every answer that we make and of every exchange between two of us, as functions that name what is broken: for the tests
// with random descriptions and for the fuzz target, which share them.
#pragma once
#include <algorithm>
#include <string_view>
#include <vector>

#include "offhook/sdp/bundle.hpp"
#include "offhook/sdp/crypto.hpp"
#include "offhook/sdp/description.hpp"
#include "offhook/sdp/offer_answer.hpp"

namespace offhook::sdp::test {

inline const char* broken_section(const Description& offer, const Description& answer, std::size_t i) {
    const Media &offered = offer.media[i], &answered = answer.media[i];
    if (offered.media != answered.media) return "§6.1: the media type of the answer is that of the offer";
    if (offered.protocol != answered.protocol) return "§6: the protocol of the answer is that of the offer";
    for (const std::string_view format : answered.formats)
        if (std::ranges::find(offered.formats, format) == offered.formats.end()) return "each format of the answer was offered";
    if (const auto mid = offered.attribute("mid"); mid && !mid->empty() && answered.attribute("mid") != mid) return "RFC 5888 §9.1: mid is repeated";
    if (!answered.accepted()) return nullptr;
    if (!offered.accepted() && !offered.attribute("bundle-only")) return "§8.2: what is offered with port 0 is answered with port 0";
    const Connection* where = offer.connection_of(offered);
    if (where == nullptr) return "a stream without address is not accepted";
    const Direction theirs = offer.direction(offered), ours = answer.direction(answered);
    const bool group = answer.connection_of(answered)->address == where->address;
    if (!group && common(ours, mirrored(theirs)) != ours) return "§6.1: the direction fits that of the offer";
    if (answered.attribute("rtcp-mux") && !SharedAttributes(offer).find(i, transport_sections(offer)[i], "rtcp-mux") &&
        !offered.attribute("rtcp-mux-only"))
        return "RFC 5761 §5.1.1: rtcp-mux is answered only if it was offered";
    if (answered.protocol == "RTP/SAVP" && !answered.attribute("crypto") && !answered.attribute("fingerprint") && !answered.attribute("mid"))
        return "RFC 4568 §5.1.2: a secure stream has a key";
    return nullptr;
}

/// Null if all is well.
inline const char* broken_answer(std::string_view offer_text, std::string_view answer_text) {
    const auto offer = Description::parse(offer_text), answer = Description::parse(answer_text);
    if (!offer || !answer) return "an answer is a description";
    std::string again;
    answer->write(again);
    if (again != answer_text) return "a written answer is read as it was written";
    if (offer->media.size() != answer->media.size()) return "§6: the answer has as many m= lines as the offer";
    if (offer->times.size() != answer->times.size()) return "§6: the t= lines are those of the offer";
    for (std::size_t i = 0; i < offer->times.size(); ++i)
        if (offer->times[i].start != answer->times[i].start || offer->times[i].stop != answer->times[i].stop)
            return "§6: t= equals that of the offer";
    for (std::size_t i = 0; i < offer->media.size(); ++i)
        if (const char* what = broken_section(*offer, *answer, i)) return what;
    return nullptr;
}

/// Two sides of one exchange see the same streams, each from its own end.
inline const char* broken_exchange(const Session& offerer, const Session& answerer) {
    const auto ours = offerer.streams(), theirs = answerer.streams();
    if (ours.size() != theirs.size()) return "both sides have the same streams";
    for (std::size_t i = 0; i < ours.size(); ++i) {
        const AgreedStream &a = ours[i], &b = theirs[i];
        if (a.on != b.on) return "a stream is on at both ends or at none";
        if (!a.on) continue;
        if (a.direction != mirrored(b.direction)) return "what one may send the other may receive";
        if (a.remote_port != b.local_port || b.remote_port != a.local_port || a.remote_address != b.local_address)
            return "both know where the other is";
        if (a.rtcp_mux != b.rtcp_mux || a.transport != b.transport || a.formats.size() != b.formats.size()) return "both see the same transport";
        if (a.local_crypto != b.remote_crypto || b.local_crypto != a.remote_crypto) return "each has the key of the other";
        if (a.local_setup.has_value() != b.local_setup.has_value()) return "both do DTLS or none";
        if (a.local_setup && !answers(*b.local_setup, *a.local_setup)) return "one opens the connection, the other takes it";
        if (a.codecs.size() != b.codecs.size()) return "both have the same codecs";
        for (const AgreedCodec& codec : a.codecs) {
            const auto same = [&](const AgreedCodec& other) {
                return other.send_type == codec.codec.payload_type && codec.send_type == other.codec.payload_type;
            };
            if (std::ranges::none_of(b.codecs, same)) return "what one sends the other expects";
        }
    }
    return nullptr;
}

}  // namespace offhook::sdp::test
