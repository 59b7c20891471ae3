// Two phones that offer and answer each other and whatever a peer may write, in any order: RFC 3264's promises hold throughout.
//
//   L a b c d      what a phone says of itself begins anew: address, bundle, order of preference, one codec
//   S a b c d e    a stream of it: media type, protocols, port, direction, security and RTCP; then codecs, one character each
//   O (block)      the peer offers this text; it is answered
//   A (block)      the peer answers this text to our offer
//   N              we offer what the last L and S say
//   T              we offer, and the other phone (whose L and S came before ours) answers
//   W              our offer was refused
#include "offhook/sdp/offer_answer.hpp"

#include <cstdint>
#include <string>
#include <utility>

#include "fuzz/promise.hpp"
#include "fuzz/script.hpp"
#include "fuzz/targets.hpp"
#include "offhook/sdp/promises_test.hpp"

namespace offhook::fuzz {

namespace {

using namespace sdp;

void all_is_well(const char* broken) { promise(broken == nullptr, broken == nullptr ? "" : broken); }

Codec codec(std::size_t choice) {
    switch (choice) {
        case 0:
            return {.name = "PCMU"};
        case 1:
            return {.name = "PCMA"};
        case 2:
            return {.name = "opus", .clock_rate = 48000, .channels = 2, .parameters = "useinbandfec=1", .payload_type = 111};
        case 3:
            return {.name = "telephone-event", .parameters = "0-16", .payload_type = 101};
        case 4:
            return {.name = "telephone-event", .clock_rate = 48000};
        case 5:
            return {.name = "H264", .clock_rate = 90000, .parameters = "profile-level-id=42e01f;packetization-mode=1", .feedback = {"nack pli"}};
        case 6:
            return {.name = "VP8", .clock_rate = 90000, .feedback = {"nack", "ccm fir"}};
        case 7:
            return {.name = "rtx", .clock_rate = 90000, .parameters = "apt=96"};
        case 8:
            return {.name = "AMR", .parameters = "octet-align=1"};
        default:
            return {.name = "iLBC", .payload_type = 97};
    }
}

Stream stream(Script& script) {
    constexpr const char* media[] = {"audio", "video", "application", "image"};
    constexpr const char* protocols[] = {"RTP/AVP", "RTP/SAVP", "UDP/TLS/RTP/SAVPF", "RTP/AVPF", "UDP/DTLS/SCTP", "udptl"};
    Stream one;
    one.media = media[script.choose(std::size(media))];
    const std::size_t first = script.choose(std::size(protocols));
    one.protocols.clear();
    for (std::size_t i = 0; i < std::size(protocols); ++i) one.protocols.emplace_back(protocols[(first + i) % std::size(protocols)]);
    one.port = static_cast<std::uint16_t>(script.choose(36) * 2000);
    one.direction = static_cast<Direction>(script.choose(4));
    const std::size_t bits = script.choose(64);
    if ((bits & 1) != 0) one.crypto = {{.suite = "AES_CM_128_HMAC_SHA1_80", .key = "inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR|2^20|1:4"}};
    if ((bits & 2) != 0)
        one.dtls = LocalDtls{.fingerprint = "sha-1 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB", .prefer_active = (bits & 16) != 0};
    one.rtcp_mux = (bits & 4) != 0;
    one.multicast = (bits & 8) != 0;
    if ((bits & 32) != 0) one.attributes = {"ice-ufrag:8hhY", "ice-pwd:asd88fgpdd777uzjYhagZg"};
    one.formats = {"webrtc-datachannel", "t38"};
    std::string_view codecs = script.line();
    for (const char c : codecs.substr(0, 12))
        if (c != ' ' && c != '\r') one.codecs.push_back(codec(static_cast<unsigned char>(c) % 10));
    return one;
}

class Game {
public:
    void play(std::string_view text) {
        Script script(text);
        for (int events = 0; events < 64; ++events) {
            switch (script.event()) {
                case 0:
                    return;
                case 'L':
                    std::swap(ours_, theirs_);
                    ours_ = Local{};
                    ours_.address = script.choose(3) == 1 ? "2001:db8::1" : "192.0.2.1";
                    ours_.bundle = script.choose(2) == 1;
                    ours_.preference = script.choose(2) == 1 ? Preference::ours : Preference::of_the_offer;
                    ours_.one_codec = script.choose(2) == 1;
                    ours_.groups = {"LS"};
                    script.line();
                    break;
                case 'S':
                    if (ours_.streams.size() < 8) ours_.streams.push_back(stream(script));
                    break;
                case 'O':
                    answer(script.block());
                    break;
                case 'A':
                    take(script.block());
                    break;
                case 'N':
                    offer();
                    break;
                case 'T':
                    exchange();
                    break;
                case 'W':
                    us_ = withdraw_offer(us_);
                    break;
                default:
                    script.line();
            }
        }
    }

private:
    void answer(std::string_view offer) {
        const auto made = make_answer(us_, offer, ours_);
        if (!made) {
            const Refusal code = made.error().code;
            const bool excused = code == Refusal::unreadable || code == Refusal::offer_pending || code == Refusal::streams_missing;
            return promise(excused || ours_.address.empty(), "what can be read is answered");
        }
        all_is_well(test::broken_answer(offer, made->text));
        const auto again = make_answer(made->session, offer, ours_);
        promise(again && again->text == made->text && again->session == made->session, "the same offer has the same answer");
        promise(made->session.streams().size() == Description::parse(offer)->media.size(), "each offered stream is known");
        us_ = made->session;
    }

    void take(std::string_view answer) {
        const auto applied = apply_answer(us_, answer);
        if (!applied) return;
        for (const AgreedStream& stream : applied->streams())
            if (stream.on) promise(!stream.codecs.empty() || !stream.formats.empty(), "a stream that is on has a format");
        const auto again = apply_answer(*applied, answer);
        promise(again && *again == *applied, "an answer that is repeated changes nothing");
        us_ = *applied;
    }

    bool offer() {
        const auto made = make_offer(us_, ours_);
        if (!made) return false;
        const auto second = make_offer(made->session, ours_);
        promise(!second && second.error().code == Refusal::offer_pending, "one offer at a time");
        const auto same = make_offer(withdraw_offer(made->session), ours_);
        promise(same.has_value(), "what was offered can be offered again");
        us_ = made->session;
        return true;
    }

    // The other phone has the same view of the session, from its end.
    void exchange() {
        if (!us_.stable() || !offer()) return;
        Session them{.id = "2", .local = us_.remote, .remote = us_.local, .local_is_offer = !us_.local_is_offer};
        if (theirs_.address.empty()) theirs_.address = "192.0.2.2";
        const auto made = make_answer(them, us_.offered, theirs_);
        promise(made.has_value(), "our offers can be answered");
        all_is_well(test::broken_answer(us_.offered, made->text));
        const auto applied = apply_answer(us_, made->text);
        promise(applied.has_value(), "our answers can be taken");
        all_is_well(test::broken_exchange(*applied, made->session));
        us_ = *applied;
    }

    Session us_;
    Local ours_, theirs_;
};

}  // namespace

void fuzz_offer_answer(std::string_view bytes) {
    current = bytes;
    Game().play(bytes);
}

}  // namespace offhook::fuzz
