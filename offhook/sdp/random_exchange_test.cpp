// Random offers and random phones: what RFC 3264 promises holds for all of them. The seed is fixed; a failure names the offer.
#include <gtest/gtest.h>

#include <random>

#include "offhook/sdp/phones_test.hpp"
#include "offhook/sdp/promises_test.hpp"

namespace offhook::sdp {
namespace {

using namespace test;

class Dice {
public:
    explicit Dice(unsigned seed) : engine_(seed) {}
    std::size_t below(std::size_t limit) { return engine_() % limit; }
    bool one_in(std::size_t n) { return below(n) == 0; }
    template <class T, std::size_t n>
    const T& of(const T (&all)[n]) {
        return all[below(n)];
    }

private:
    std::mt19937 engine_;
};

const char* const fingerprint_a = "sha-1 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB";
const char* const key = "inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR";
const char* const medias[] = {"audio", "audio", "video", "application", "text"};
const char* const protocols[] = {"RTP/AVP", "RTP/AVP", "RTP/SAVP", "UDP/TLS/RTP/SAVPF", "UDP/DTLS/SCTP", "udptl"};

Codec codec(Dice& dice) {
    const Codec all[] = {pcmu,
                         pcma,
                         ilbc,
                         g729,
                         events,
                         h261,
                         mpv,
                         {.name = "opus", .clock_rate = 48000, .channels = 2, .parameters = "useinbandfec=1"},
                         {.name = "telephone-event", .clock_rate = 48000},
                         {.name = "H264", .clock_rate = 90000, .parameters = "profile-level-id=42e01f;packetization-mode=1"},
                         {.name = "VP8", .clock_rate = 90000, .feedback = {"nack pli"}}};
    return dice.of(all);
}

Local phone(Dice& dice) {
    Local local;
    local.address = dice.one_in(4) ? "2001:db8::1" : "192.0.2.1";
    local.bundle = dice.one_in(2);
    local.one_codec = dice.one_in(4);
    local.preference = dice.one_in(2) ? Preference::ours : Preference::of_the_offer;
    if (dice.one_in(3)) local.groups = {"LS"};
    for (std::size_t count = dice.below(7); count > 0; --count) {
        Stream one;
        one.media = dice.of(medias);
        one.protocols = {dice.of(protocols)};
        if (!dice.one_in(3)) one.protocols.insert(one.protocols.end(), std::begin(protocols), std::end(protocols));
        one.port = dice.one_in(6) ? std::uint16_t{0} : static_cast<std::uint16_t>(4000 + 2 * dice.below(30));
        one.direction = static_cast<Direction>(dice.below(4));
        for (std::size_t n = dice.below(8) + 1; n > 0; --n) one.codecs.push_back(codec(dice));
        one.formats = {"webrtc-datachannel", "t38"};
        if (!dice.one_in(3)) one.crypto = {{.suite = "AES_CM_128_HMAC_SHA1_80", .key = key}};
        if (!dice.one_in(3)) one.dtls = LocalDtls{.fingerprint = fingerprint_a};
        one.rtcp_mux = dice.one_in(2);
        one.multicast = dice.one_in(8);
        local.streams.push_back(std::move(one));
    }
    return local;
}

std::string offer(Dice& dice) {
    std::string text = "v=0\r\no=- 1 1 IN IP4 192.0.2.2\r\ns=-\r\n";
    if (!dice.one_in(5)) text += "c=IN IP4 192.0.2.2\r\n";
    text += dice.one_in(5) ? "t=3724394400 3724398000\r\n" : "t=0 0\r\n";
    if (dice.one_in(3)) text += "a=group:BUNDLE 0 1 2 3\r\n";
    if (dice.one_in(5)) text += "a=group:LS 0 1 9\r\n";
    if (dice.one_in(5)) text += "a=sendonly\r\n";
    const char* const formats[] = {"0", "8", "18", "31", "32", "97", "98", "99", "100", "200", "t38", "webrtc-datachannel"};
    const char* const attributes[] = {"sendrecv",
                                      "recvonly",
                                      "inactive",
                                      "sendonly",
                                      "rtcp-mux",
                                      "bundle-only",
                                      "rtpmap:97 opus/48000/2",
                                      "rtpmap:98 telephone-event/8000",
                                      "rtpmap:99 H264/90000",
                                      "fmtp:99 packetization-mode=1;profile-level-id=42e01f",
                                      "rtpmap:100 VP8/90000",
                                      "rtcp-fb:* nack pli",
                                      "setup:actpass",
                                      "setup:active",
                                      "ptime:20",
                                      "creq:foo",
                                      "crypto:3 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR",
                                      "fingerprint:sha-1 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AC",
                                      "ice-ufrag:abcd",
                                      "sctp-port:5000",
                                      "rtcp-mux-only"};
    for (std::size_t i = 0, count = dice.below(6); i < count; ++i) {
        text.append("m=").append(dice.of(medias)).append(dice.one_in(5) ? " 0 " : " 6000 ").append(dice.of(protocols));
        for (std::size_t n = dice.below(5) + 1; n > 0; --n) text.append(" ").append(dice.of(formats));
        text += "\r\n";
        if (dice.one_in(8)) text += dice.one_in(2) ? "c=IN IP4 233.252.0.1/127\r\n" : "c=IN IP6 2001:db8::2\r\n";
        for (std::size_t n = dice.below(8); n > 0; --n) text.append("a=").append(dice.of(attributes)).append("\r\n");
        if (!dice.one_in(4)) text.append("a=mid:").append(std::to_string(i)).append("\r\n");
    }
    return text;
}

TEST(RandomExchanges, EveryAnswerKeepsThePromises) {
    Dice dice(3264);
    std::size_t accepted = 0, streams = 0;
    for (int round = 0; round < 1500; ++round) {
        const std::string text = offer(dice);
        const Local local = phone(dice);
        const auto first = make_answer(Session{}, text, local);
        ASSERT_TRUE(first) << describe(first.error().code) << "\n" << text;
        const char* broken = broken_answer(text, first->text);
        ASSERT_EQ(broken, nullptr) << broken << "\n" << text << "\n" << first->text;
        const auto second = make_answer(first->session, text, local);
        ASSERT_TRUE(second);
        ASSERT_EQ(second->text, first->text) << text;
        ASSERT_EQ(second->session, first->session) << text;
        for (const AgreedStream& stream : first->session.streams()) accepted += stream.on, ++streams;
    }
    EXPECT_GT(accepted * 25, streams);  // the dice are not all refusals
}

TEST(RandomExchanges, TwoOfUsAlwaysUnderstandEachOther) {
    Dice dice(4317);
    std::size_t on = 0;
    for (int call = 0; call < 150; ++call) {
        Session sessions[2] = {{.id = "1"}, {.id = "2"}};
        for (int exchange = 0; exchange < 8; ++exchange) {
            const std::size_t from = dice.below(2);
            auto made = make_offer(sessions[from], phone(dice));
            if (!made) {  // a secure stream without a key, or without a format: the caller's mistake, told as such
                ASSERT_TRUE(made.error().code == Refusal::bad_local || made.error().code == Refusal::no_format) << describe(made.error().code);
                continue;
            }
            if (dice.one_in(6)) {
                sessions[from] = withdraw_offer(made->session);
                continue;
            }
            auto answered = make_answer(sessions[1 - from], made->text, phone(dice), {.origin = false});
            ASSERT_TRUE(answered) << describe(answered.error().code) << "\n" << made->text;
            const char* broken = broken_answer(made->text, answered->text);
            ASSERT_EQ(broken, nullptr) << broken << "\n" << made->text << "\n" << answered->text;
            auto applied = apply_answer(made->session, answered->text);
            ASSERT_TRUE(applied) << describe(applied.error().code) << " " << applied.error().stream << "\n" << made->text << "\n" << answered->text;
            broken = broken_exchange(*applied, answered->session);
            ASSERT_EQ(broken, nullptr) << broken << "\n" << made->text << "\n" << answered->text;
            sessions[from] = std::move(*applied);
            sessions[1 - from] = std::move(answered->session);
            for (const AgreedStream& stream : sessions[0].streams()) on += stream.on;
        }
    }
    EXPECT_GT(on, 300u);
}

}  // namespace
}  // namespace offhook::sdp
